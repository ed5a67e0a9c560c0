using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Leasing;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

public sealed class DecisionCountersTests
{
    [Fact]
    public void Every_source_and_result_has_a_count_of_its_own()
    {
        var cells = new ThreadCells();
        var counters = new DecisionCounters(cells);
        var expected = new List<DecisionCount>();
        var often = 0;
        foreach (var source in Enum.GetValues<DecisionSource>())
        {
            often++;
            for (var i = 0; i < often; i++) counters.Count(cells.Mine, new Decision(0, source, FallbackReason.None, 1, 1, 1), started: 0);
            expected.Add(new DecisionCount(source, DecisionResult.Class, often));
            for (var i = 0; i < 10 * often; i++) counters.Count(cells.Mine, new DecisionOutcome { Source = source, Untouched = UntouchedReason.Foreign }, started: 0);
            expected.Add(new DecisionCount(source, DecisionResult.Foreign, 10 * often));
        }

        counters.Read().Should().Equal(expected);
    }

    [Fact]
    public async Task No_count_is_lost_between_threads()
    {
        var cells = new ThreadCells();
        var counters = new DecisionCounters(cells);
        const int each = 200_000;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < each; i++) counters.Count(cells.Mine, new Decision(0, DecisionSource.Model, FallbackReason.None, 1, 1, 1), DecisionCounters.Start(cells.Mine));
        })));

        counters.Read().Should().Equal(new DecisionCount(DecisionSource.Model, DecisionResult.Class, 4 * each));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var cells = new ThreadCells();
        var counters = new DecisionCounters(cells);
        var decision = new Decision(0, DecisionSource.Model, FallbackReason.None, 1, 1, 1);
        counters.Count(cells.Mine, decision, DecisionCounters.Start(cells.Mine));

        Allocation.Least(Count).Should().Be(0);

        void Count()
        {
            for (var i = 0; i < 10_000; i++) counters.Count(cells.Mine, decision, DecisionCounters.Start(cells.Mine));
        }
    }
}
