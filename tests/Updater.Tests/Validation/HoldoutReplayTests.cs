using Delivery.Evaluation;
using Delivery.Models.Wire;
using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Validation;

public sealed class HoldoutReplayTests
{
    private static readonly LoadedModel Good = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good));
    private static readonly LoadedModel Halfway = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Halfway));

    [Fact]
    public void Both_policies_are_replayed_on_the_same_items()
    {
        var items = TestModels.Items(TestModels.News, 400);

        var replay = HoldoutReplay.Of(items, Good, Halfway);

        replay.AgainstChampion.Should().BeTrue();
        replay.LeftOut.Should().Be(0);
        replay.ProbabilityShift.Should().BeInRange(0.01, 0.99);
        HoldoutReplay.Of(items, Good, Good).ProbabilityShift.Should().Be(0);
        for (var i = 0; i < items.Count; i++)
        {
            var best = items[i].Features[1] > 0 ? 1u : 0u;
            replay.Challenger[i].Should().Be(new LoggedOutcome(items[i].Propensity, items[i].Reward, items[i].Shown == best ? 1 : 0));
            replay.Reference[i].TargetProbability.Should().Be(items[i].Shown == 0 ? 1 : 0);
        }
    }

    [Fact]
    public void Without_a_champion_of_the_same_features_the_logging_policy_stands_in()
    {
        var other = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good, change: h => h.Sources[1].Name = "other_side"));

        foreach (var champion in new[] { null, other })
        {
            var replay = HoldoutReplay.Of(TestModels.Items(TestModels.News, 10), Good, champion);

            replay.AgainstChampion.Should().BeFalse();
            replay.Reference.Should().OnlyContain(o => o.Weight == 1);
        }
    }

    [Fact]
    public void Items_that_say_nothing_are_left_out()
    {
        PoolItem Item(Action<PoolItem> change)
        {
            var item = TestModels.Items(TestModels.News, 1)[0];
            change(item);
            return item;
        }

        var replay = HoldoutReplay.Of(
            [
                Item(_ => { }), Item(i => i.Features.Add(1)), Item(i => i.Shown = 3), Item(i => i.Propensity = 0), Item(i => i.Propensity = 1.1),
                Item(i => i.Propensity = double.NaN), Item(i => i.Reward = double.PositiveInfinity), Item(i => i.Features[0] = float.NaN),
            ],
            Good, Halfway);

        replay.Challenger.Should().HaveCount(1);
        replay.LeftOut.Should().Be(7);
    }
}
