using Delivery.Models.Wire;
using Delivery.Training.Trainers;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Training.Tests.Trainers;

public sealed class ItemFilterTests
{
    public static TheoryData<ItemFate, Action<PoolItem>> Faults => new()
    {
        { ItemFate.WrongModel, item => item.Model = "News" },
        { ItemFate.WrongSurplusVersion, item => item.SurplusVersion = 2 },
        { ItemFate.NoRequestId, item => item.RequestId = "" },
        { ItemFate.NoEventTime, item => item.EventTime = null },
        { ItemFate.NoEventTime, item => item.EventTime = new Timestamp { Seconds = long.MaxValue } },
        { ItemFate.NoEventTime, item => item.EventTime = new Timestamp { Nanos = -1 } },
        { ItemFate.WrongFeatureCount, item => item.Features.RemoveAt(0) },
        { ItemFate.WrongFeatureCount, item => item.Features.Add(1) },
        { ItemFate.FeatureNotFinite, item => item.Features[2] = float.NaN },
        { ItemFate.FeatureNotFinite, item => item.Features[0] = float.NegativeInfinity },
        { ItemFate.UnknownClass, item => item.Shown = 3 },
        { ItemFate.UnknownClass, item => item.Shown = uint.MaxValue },
        { ItemFate.UnknownClass, item => item.Production = 3 },
        { ItemFate.BadPropensity, item => item.Propensity = 0 },
        { ItemFate.BadPropensity, item => item.Propensity = -.1 },
        { ItemFate.BadPropensity, item => item.Propensity = 1.0000001 },
        { ItemFate.BadPropensity, item => item.Propensity = double.NaN },
        { ItemFate.BadPropensity, item => item.Propensity = double.Epsilon },
        { ItemFate.NoReward, item => item.Reward = double.NaN },
        { ItemFate.NoReward, item => item.Reward = double.PositiveInfinity },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_item_is_refused_counted_and_changes_nothing_else(ItemFate expected, Action<PoolItem> spoil)
    {
        var trainer = new LinearSoftmaxTrainer(Sample.Settings with { HoldoutShare = 0 });
        var item = Sample.Items(1, 1)[0];
        spoil(item);
        trainer.Learn(item).Should().Be(expected);
        trainer.Count(expected).Should().Be(1);
        (trainer.RequestCount, trainer.BatchFill).Should().Be((0UL, 0));
        trainer.Report().Window.Fill.Should().Be(0);

        trainer.Learn(Sample.Items(1, 1)[0]).Should().Be(ItemFate.Learned, "a refused request may be given again, repaired");
    }

    [Fact]
    public void A_propensity_of_1_and_a_reward_below_0_are_good()
    {
        var item = Sample.Items(1, 1)[0];
        (item.Propensity, item.Reward) = (1, -7);
        new LinearSoftmaxTrainer(Sample.Settings with { HoldoutShare = 0 }).Learn(item).Should().Be(ItemFate.Learned);
    }
}
