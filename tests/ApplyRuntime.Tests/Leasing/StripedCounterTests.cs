using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class StripedCounterTests
{
    [Fact]
    public void It_counts_on_all_stripes()
    {
        var counter = new StripedCounter();
        counter.EachIsZero().Should().BeTrue();

        counter.Increment(0);
        counter.Increment(0);
        counter.Increment(StripedCounter.Here);
        counter.Sum().Should().Be(3);
        counter.EachIsZero().Should().BeFalse();

        counter.Decrement(0);
        counter.Sum().Should().Be(2);
    }

    [Fact]
    public void Stripes_that_cancel_out_are_not_zero()
    {
        if (Environment.ProcessorCount == 1) return; // there is but one stripe
        var counter = new StripedCounter();

        counter.Increment(0);
        counter.Decrement(1);

        counter.Sum().Should().Be(0);
        counter.EachIsZero().Should().BeFalse("each stripe counts for itself");
    }

    [Fact]
    public void Counts_of_many_threads_all_arrive()
    {
        var counter = new StripedCounter();
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                var here = StripedCounter.Here;
                counter.Increment(here);
                if (i % 2 == 0) counter.Decrement(here);
            }
        });
        counter.Sum().Should().Be(8 * 5_000);
    }
}
