using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class RewardBaselineTests
{
    [Fact]
    public void It_is_the_mean_until_its_memory_is_full_and_moves_from_then_on()
    {
        var baseline = new RewardBaseline(0.75);
        baseline.Mean.Should().Be(0);
        foreach (var (reward, expected) in new[] { (4.0, 4.0), (0, 2), (2, 2), (6, 3), (7, 4) })
        {
            baseline.Add(reward);
            baseline.Mean.Should().BeApproximately(expected, 1e-12);
        }
        baseline.Count.Should().Be(5);
    }

    [Fact]
    public void A_decay_of_0_is_no_baseline_and_one_of_1_the_mean_of_all()
    {
        var (none, all) = (new RewardBaseline(0), new RewardBaseline(1));
        for (var i = 1; i <= 100; i++)
        {
            none.Add(i);
            all.Add(i);
        }
        none.Mean.Should().Be(0);
        all.Mean.Should().BeApproximately(50.5, 1e-9);
    }
}
