using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Validation;

public sealed class DriftTestsTests
{
    [Fact]
    public void A_collapse_of_the_decisions_is_a_reason() =>
        Reasons(TestModels.Bad, TestModels.Good).Should().Equal("drift: 100.0 % of 300 holdout decisions moved to other classes; the limit is 90.0 %");

    [Fact]
    public void A_move_within_the_limit_passes() => Reasons(TestModels.Halfway, TestModels.Good).Should().BeEmpty();

    [Fact]
    public void A_champion_of_one_class_may_move_whole() => Reasons(TestModels.Bad, TestModels.Halfway).Should().BeEmpty();

    [Fact]
    public void Few_items_say_nothing() => Reasons(TestModels.Bad, TestModels.Good, items: 99).Should().BeEmpty();

    [Fact]
    public void Weights_that_explode_or_vanish_are_a_reason()
    {
        Reasons([.. TestModels.Good.Select(w => w * 30)], TestModels.Good).Should().ContainSingle().Which.Should().StartWith("drift: mean |w| grew from 0.6667 to 20, 30 times; the limit is 20 times");
        Reasons([.. TestModels.Good.Select(w => w / 30)], TestModels.Good).Should().ContainSingle().Which.Should().StartWith("drift: mean |w| shrank");
        Reasons(TestModels.Good, new float[6]).Should().BeEmpty("a champion that has not learned yet says nothing of the size of weights");
    }

    [Fact]
    public void Other_settings_are_not_compared() => Reasons(TestModels.Bad, TestModels.Good, changed: true).Should().BeEmpty();

    [Fact]
    public void Total_variation_is_the_share_that_must_move() => DriftTests.TotalVariation([5, 5, 0], [1, 4, 5], 10).Should().Be(0.5);

    private static IReadOnlyList<string> Reasons(float[] candidate, float[] champion, int items = 300, bool changed = false)
    {
        var before = LoadedModel.Of(TestModels.File(TestModels.News, champion, 1000));
        var now = LoadedModel.Of(TestModels.File(TestModels.News, candidate, 2000, h => h.ConfigHash += changed ? 1u : 0));
        return DriftTests.Check(now, before, HoldoutReplay.Of(TestModels.Items(TestModels.News, items), now, before), new ValidationOptions());
    }
}
