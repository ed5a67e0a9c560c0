using System.Text;
using Delivery.FastData.Git.Control;
using static Delivery.FastData.Git.Tests.Control.ControlScene;

namespace Delivery.FastData.Git.Tests.Control;

public sealed class FreezeTests : IDisposable
{
    private readonly ControlScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void While_frozen_nobody_publishes_and_what_is_live_stays()
    {
        _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));
        var since = _scene.Time.GetUtcNow();
        var frozen = _scene.Done(_scene.Control.Freeze(Because("sales weekend"), default));

        var outcome = Deliver(3);

        outcome.Should().Be(new PublishOutcome.Frozen(since, null, Ann, "sales weekend"));
        foreach (var refused in new[]
        {
            _scene.Control.Rollback(News, new VersionTarget.Steps(1), Because("bad"), default), _scene.Control.Pin(News, null, Because("hold"), default),
            _scene.Control.Retire(News, Because("gone"), default), _scene.Control.Unpin(News, Because(null), default),
        })
        {
            refused.Should().BeOfType<ControlOutcome.Frozen>().Which.Freeze.Reason.Should().Be("sales weekend");
        }
        _scene.Tip().Commit.Should().Be(frozen.Commit);
        _scene.Git("log", "-1", "--format=%B").Should().Be("Freeze delivery\n\nReason: sales weekend\n\nAction: freeze\nBy: ann <ann@host>\nEpoch: 3\n\n");
    }

    [Fact]
    public void A_thaw_lets_publishes_through_again()
    {
        _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Freeze(Because("sales weekend"), default));

        _scene.Done(_scene.Control.Thaw(Because("over"), default));

        Deliver(2).Should().BeOfType<PublishOutcome.Published>();
        _scene.Tip().Control.Should().BeEmpty();
        _scene.Git("log", "-1", "--format=%B", "main~1").Should().StartWith("Thaw delivery\n\nReason: over\n\nIt was frozen since 2026-01-01 00:01:00Z by ann: sales weekend\n\nAction: thaw\n");
        _scene.Control.Thaw(Because(null), default).Should().Be(new ControlOutcome.Refused("Delivery is not frozen."));
    }

    [Fact]
    public void A_freeze_ends_at_its_end()
    {
        _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Freeze(Because("an hour", _scene.In(TimeSpan.FromHours(1))), default));
        _scene.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        var before = Deliver(2);
        _scene.Time.Advance(TimeSpan.FromTicks(1));

        before.Should().BeOfType<PublishOutcome.Frozen>();
        Deliver(2).Should().BeOfType<PublishOutcome.Published>();
        _scene.Control.Thaw(Because(null), default).Should().BeOfType<ControlOutcome.Refused>().Which.Why.Should().StartWith("Delivery is not frozen: the last freeze ended 2026-01-01 01:01:00Z");
    }

    [Fact]
    public void A_new_freeze_takes_the_place_of_the_old_one()
    {
        _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Freeze(Because("an hour", _scene.In(TimeSpan.FromHours(1))), default));

        var done = _scene.Done(_scene.Control.Freeze(Because("longer"), default));

        Freeze.Read(_scene.Tip())!.Should().Match<ControlOrder>(order => order.Until == null && order.Reason == "longer");
        done.Notes.Should().ContainSingle().Which.Should().StartWith("It takes the place of the freeze until ");
        _scene.Control.Freeze(Because("longer"), default).Should().BeOfType<ControlOutcome.Refused>();
    }

    [Fact]
    public void A_damaged_freeze_lets_nothing_through_but_its_own_removal()
    {
        _scene.Deliver((News, 1));
        var damaged = _scene.Publish(new Publication
        {
            ExpectedTip = _scene.Tip().Commit, Message = "by hand", Control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Freeze.FileName] = Encoding.UTF8.GetBytes("{ \"since\": ") },
        });

        var act = () => Deliver(2);
        act.Should().Throw<FastDataException>().Which.Message.Should().StartWith($"control/freeze.json of commit {damaged}: ");
        _scene.Done(_scene.Control.Thaw(Because("mend"), default));

        Deliver(2).Should().BeOfType<PublishOutcome.Published>();
    }

    [Fact]
    public void A_decision_on_an_older_tip_is_a_lost_race_before_it_is_frozen()
    {
        var first = _scene.Deliver((News, 1));
        _scene.Done(_scene.Control.Freeze(Because("stop"), default));

        var outcome = _scene.Publisher().Publish(new Publication { ExpectedTip = first, Message = "late" }, default);

        outcome.Should().BeOfType<PublishOutcome.LostRace>("the writer reads the tip again and finds the freeze there");
    }

    private PublishOutcome Deliver(int seed) => _scene.Publisher().Publish(
        new Publication { ExpectedTip = _scene.Tip().Commit, Message = "Deliver", Models = [new ModelChange(News, FileOf(News, seed), "{}\n"u8.ToArray())] }, default);
}
