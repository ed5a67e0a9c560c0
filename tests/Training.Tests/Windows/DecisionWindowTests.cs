using Delivery.Evaluation;
using Delivery.Training.Windows;

namespace Delivery.Training.Tests.Windows;

public sealed class DecisionWindowTests
{
    [Fact]
    public void At_every_moment_it_equals_a_computation_from_its_entries_bit_for_bit()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var (size, all) = (1 + random.Next(50), new List<WindowEntry>());
            var window = new DecisionWindow(size);
            for (var i = 0; i < 300; i++)
            {
                all.Add(Entry(random, i));
                window.Push(all[^1]);
                var latest = all.TakeLast(size).ToArray();
                window.Entries().Should().Equal(latest);
                window.OnlineValue.Should().Be(OffPolicy.Snips([.. latest.Select(e => e.Online)]).Value, "of seed {0}", seed);
                window.BestValue.Should().Be(OffPolicy.Snips([.. latest.Select(e => e.Best)]).Value, "of seed {0}", seed);
            }
            window.IsFull.Should().BeTrue();
            WindowMetrics.Of(window.Entries(), 4).Should().BeEquivalentTo(WindowMetrics.Of([.. all.TakeLast(size)], 4));
        }
    }

    [Fact]
    public void An_empty_window_has_no_value()
    {
        var window = new DecisionWindow(3);
        (window.Fill, window.IsFull, window.OnlineValue).Should().Be((0, false, double.NaN));
    }

    internal static WindowEntry Entry(Random random, int second) => new(
        1_000L * second, random.Next(4), random.Next(4), random.Next(4), random.Next(5) - 1, .01 + .99 * random.NextDouble(), 2 * random.NextDouble() - .7, random.NextDouble());
}
