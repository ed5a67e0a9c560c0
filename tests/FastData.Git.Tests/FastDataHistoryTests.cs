using System.Text;
using Delivery.FastData.Git.History;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

public sealed class FastDataHistoryTests : IDisposable
{
    private static readonly ModelName A = ModelName.Parse("a"), B = ModelName.Parse("b");
    private readonly TemporaryFolder _temporary = new();
    private readonly ManualTime _time = new();
    private readonly DateTimeOffset _start;

    public FastDataHistoryTests() => _start = _time.GetUtcNow();

    private string Folder => _temporary["fast-data"];

    private FastDataHistory History => new(Folder);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Since_and_until_bound_what_is_read_and_a_clock_that_went_back_hides_nothing()
    {
        foreach (var (hour, seed) in new[] { (0, 1), (30, 2), (60, 3), (59, 4), (90, 5) }) Deliver(hour, ("a", seed));

        Epochs(new HistoryQuery { Since = At(59), Until = At(60) }).Should().Equal(4, 3);
        Epochs(new HistoryQuery { Since = At(59.5) }).Should().Equal([5, 3], "the fourth says an earlier time, and the third before it does not");
        Epochs(new HistoryQuery { Until = At(0) }).Should().Equal(1);
        Epochs(new HistoryQuery { Since = At(91) }).Should().BeEmpty();
    }

    [Fact]
    public void What_was_live_follows_the_latest_time_so_far_where_a_clock_went_back()
    {
        foreach (var (hour, seed) in new[] { (0, 1), (1, 2), (3, 3), (2, 4), (4, 5) }) Deliver(hour, ("a", seed));

        History.LiveAt(At(-1)).Should().BeNull("nothing was delivered yet");
        Epoch(At(0)).Should().Be(1);
        Epoch(At(2.5)).Should().Be(2, "the fourth came after the third, which was not there yet");
        Epoch(At(3.5)).Should().Be(4);
        Epoch(At(100)).Should().Be(5);
        var fourth = History.LiveAt(At(3.5))!;
        (fourth.Since, fourth.Next!.Epoch).Should().Be((At(3), 5));
        History.LiveAt(At(100))!.Next.Should().BeNull();

        long Epoch(DateTimeOffset time) => History.LiveAt(time)!.Generation.Epoch;
    }

    [Fact]
    public void A_version_lasts_from_the_generation_that_brought_it_to_the_one_that_changed_it_or_took_it_out()
    {
        Deliver(0, ("a", 1), ("b", 1));
        Deliver(1, ("b", 2));
        Deliver(2, ("a", 2));
        Publish(3, new Publication { ExpectedTip = Tip, Message = "Retire a", Removed = [A] });

        Range("main~2").Should().Be((1L, 3L));
        Range("main~3").Should().Be((1L, 3L));
        Range("main~1").Should().Be((3L, 4L));
        History.Version(A).Should().BeNull("it is delivered no more");
        History.Version(B)!.Next.Should().BeNull();
        History.Read(A).Select(generation => generation.Epoch).Should().Equal(4, 3, 1);
        History.Read().First().Removed.Should().Equal(A);

        (long, long) Range(string revision)
        {
            var version = History.Version(A, History.Resolve(revision))!;
            return (version.Since.Epoch, version.Next!.Epoch);
        }
    }

    [Fact]
    public void A_version_that_came_back_is_traced_to_where_it_first_came()
    {
        Deliver(0, ("a", 1));
        Deliver(1, ("a", 2));
        Deliver(2, ("a", 1));

        History.Version(A)!.Since.Epoch.Should().Be(3);
        History.Origin(A, Tip!.Value)!.Epoch.Should().Be(1);
        History.Origin(B, Tip!.Value).Should().BeNull();
    }

    [Fact]
    public void A_shallow_copy_reads_as_far_as_it_goes_and_says_where_it_ends()
    {
        for (var i = 0; i < 5; i++) Deliver(i, ("a", i), ("b", i / 4));
        var copy = Clone("--depth", "2");

        var history = new FastDataHistory(copy);

        history.Read().Select(generation => (generation.Epoch, generation.IsOldestKnown)).Should().Equal((5, false), (4, true));
        history.Read(B).Select(generation => generation.Epoch).Should().Equal(5, 4);
        history.LiveAt(At(3.5))!.Generation.Epoch.Should().Be(4);
        history.LiveAt(At(2.5)).Should().BeNull();
        history.Oldest()!.Epoch.Should().Be(4);
        history.Version(A, history.Resolve("main~1"))!.Since.IsOldestKnown.Should().BeTrue();
        history.Before(history.Oldest()!.Commit).Should().BeNull();
    }

    [Fact]
    public void Weights_that_are_elsewhere_are_not_missed()
    {
        for (var i = 0; i < 3; i++) Deliver(i, ("a", i), ("b", 7));
        var copy = Clone("--filter=blob:limit=100");
        var history = new FastDataHistory(copy);
        var first = history.Resolve("main~2");
        var read = () => history.Find(A, first);
        read.Should().Throw<FastDataException>("the copy has no weights");

        history.Read().Select(generation => string.Join(',', generation.Models)).Should().Equal("a", "a", "a,b");
        history.Version(A, first)!.Next!.Epoch.Should().Be(2);
        history.ModelsAt(first).Should().Equal(A, B);
        Encoding.UTF8.GetString(history.FindCard(A, first)!.Value.Span).Should().Be("{\"seed\":0}\n");
        history.FindCard(ModelName.Parse("c"), first).Should().BeNull();
    }

    private string Clone(params string[] arguments)
    {
        var copy = _temporary["copy"];
        Directory.CreateDirectory(copy);
        GitProgram.Run(Folder, "config", "uploadpack.allowFilter", "true");
        GitProgram.Run(copy, ["clone", "--quiet", "--bare", .. arguments, "file://" + Path.Combine(Folder, ".git"), Path.Combine(copy, ".git")]);
        return copy;
    }

    private DateTimeOffset At(double hour) => _start.AddHours(hour);

    private CommitId? Tip => new FastDataPublisher(Folder, _time).ReadTip(default).Commit;

    private IEnumerable<long> Epochs(HistoryQuery query) => History.Read(query).Select(generation => generation.Epoch);

    private void Deliver(double hour, params (string Name, int Seed)[] models) => Publish(hour, new Publication
    {
        ExpectedTip = Tip,
        Message = "Deliver",
        Models = [.. models.Select(model => new ModelChange(ModelName.Parse(model.Name), TestModels.Linear(model.Name, model.Seed), Encoding.UTF8.GetBytes($"{{\"seed\":{model.Seed}}}\n")))],
    });

    private void Publish(double hour, Publication publication)
    {
        _time.Advance(At(hour) - _time.GetUtcNow());
        new FastDataPublisher(Folder, _time).Publish(publication, default).Should().BeOfType<PublishOutcome.Published>();
    }
}
