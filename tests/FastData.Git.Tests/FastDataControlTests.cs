using Delivery.FastData.Git.Control;
using Delivery.FastData.Git.Tests.Control;
using Delivery.FastData.Storage;
using static Delivery.FastData.Git.Tests.Control.ControlScene;

namespace Delivery.FastData.Git.Tests;

/// <summary>What all orders have in common: races, and that git can tell what happened.</summary>
public sealed class FastDataControlTests : IDisposable
{
    private readonly ControlScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_lost_race_is_tried_again_on_the_new_tip()
    {
        _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));
        var seed = 3;
        var publisher = _scene.Publisher(new Rival(() => seed == 3, () => _scene.Deliver((News, seed++))));

        var done = _scene.Done(new FastDataControl(publisher, _scene.Time).Rollback(News, new VersionTarget.Steps(1), Because("bad"), default));

        (done.Epoch, _scene.Live()).Should().Be((4, "news=1"), "steps count from what was live when the order was given");
        Quarantine.Read(_scene.Tip()).Select(entry => entry.Content).Should().Equal(Content(News, 3));
    }

    [Fact]
    public void Races_lost_again_and_again_end_the_order()
    {
        _scene.Deliver((News, 1));
        var seed = 2;
        var publisher = _scene.Publisher(new Rival(() => true, () => _scene.Deliver((News, seed++))));

        new FastDataControl(publisher, _scene.Time).Pin(News, null, Because("hold"), default).Should().Be(new ControlOutcome.LostRaces(5));

        Pins.Read(_scene.Tip()).Should().BeEmpty();
    }

    [Fact]
    public void The_last_moment_of_all_is_an_end_as_any_other() =>
        new ControlRequest(Actor.Service, "hold", DateTimeOffset.MaxValue).Until.Should().Be(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    [Fact]
    public void A_commit_without_a_name_is_told_as_such()
    {
        _scene.Deliver((News, 1));

        ((Action)(() => new FastDataHistory(_scene.Folder).Resolve(""))).Should().Throw<FastDataException>().WithMessage("*empty*main~2*");
    }

    [Theory]
    [InlineData("null", "*quarantine.json*it is null*")]
    [InlineData("[null]", "*quarantine.json*entry 1 is null*")]
    public void A_quarantine_of_nothing_is_told_with_its_place(string content, string message)
    {
        var tip = FastDataTip.Empty with { Control = new Dictionary<string, ReadOnlyMemory<byte>> { [Quarantine.FileName] = System.Text.Encoding.UTF8.GetBytes(content) } };

        ((Action)(() => Quarantine.Read(tip))).Should().Throw<FastDataException>().WithMessage(message);
    }

    [Fact]
    public void Git_bisect_finds_the_commit_that_changed_a_card()
    {
        var good = _scene.Deliver((News, 1), (Video, 1));
        for (var seed = 2; seed < 6; seed++) _scene.Deliver((Video, seed));
        var culprit = _scene.Deliver((News, 7), (Video, 6));
        _scene.Done(_scene.Control.Pin(News, null, Because("hold"), default));
        for (var seed = 7; seed < 12; seed++) _scene.Deliver((Video, seed));

        _scene.Git("bisect", "start", "--no-checkout", "main", good.Hex);
        var found = _scene.Git("bisect", "run", "sh", "-c", "git show BISECT_HEAD:models/news.json | grep -q '\"seed\": 1$'");
        _scene.Git("bisect", "reset");

        found.Should().Contain($"{culprit} is the first bad commit");
        _scene.Git("log", "--format=%H", "--", "models/news.json").Trim().Split('\n').Should().Equal(culprit.Hex, good.Hex);
        _scene.Deliver((News, 8));
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void Plain_git_tells_who_did_what_and_why()
    {
        var first = _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));
        _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Commit(first), Because("clicks\nfell"), default));

        _scene.Git("log", "-1", "--format=%an|%s|%(trailers:key=Action,key=Model,key=To,valueonly,separator=%x2C)", "--", "models/news.pb").Trim()
            .Should().Be($"ann|Roll back news to {first.Short}|rollback,news,{first}");
        _scene.Git("show", "--format=%b", "main").Should().StartWith("Reason: clicks fell\n").And.Contain("-  \"seed\": 2").And.Contain("+  \"seed\": 1");
        _scene.Git("log", "--format=%s", "--", "control/quarantine.json").Trim().Should().Be($"Roll back news to {first.Short}");
    }

    /// <summary>Lets another process deliver between the reading of the tip and the publish, each time the folder's lock is taken for the second time.</summary>
    private sealed class Rival(Func<bool> acts, Action deliver) : IDisk
    {
        private readonly LocalDisk _disk = new();
        private int _locks;

        public IDisposable? TryLock(string path)
        {
            if (++_locks % 2 == 0 && acts()) deliver();
            return _disk.TryLock(path);
        }

        public void Create(string path, ReadOnlySpan<byte> content, bool @sealed) => _disk.Create(path, content, @sealed);
        public void Rename(string from, string to, bool replace) => _disk.Rename(from, to, replace);
        public void Delete(string path) => _disk.Delete(path);
        public void CreateDirectory(string path) => _disk.CreateDirectory(path);
        public void SyncDirectory(string path) => _disk.SyncDirectory(path);
    }
}
