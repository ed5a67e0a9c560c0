using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Validation;

public sealed class DriftTestsTests
{
    [Fact]
    public void A_collapse_of_the_probabilities_is_a_reason() =>
        Reasons(Times(TestModels.Bad, 20), Times(TestModels.Good, 20)).Should().ContainSingle().Which
            .Should().StartWith("drift: ").And.EndWith("of the probability moved between classes, on 300 holdout items; the limit is 90.0 %");

    [Fact]
    public void A_move_within_the_limit_passes() => Reasons(TestModels.Halfway, TestModels.Good).Should().BeEmpty();

    [Fact]
    public void Young_models_whose_best_class_jumps_on_every_item_pass() =>
        Reasons(Times(TestModels.Bad, 0.01f), Times(TestModels.Good, 0.01f)).Should().BeEmpty("their probabilities hardly differ");

    [Fact]
    public void Few_items_say_nothing() => Reasons(Times(TestModels.Bad, 20), Times(TestModels.Good, 20), items: 99).Should().BeEmpty();

    [Fact]
    public void Weights_that_explode_or_vanish_are_a_reason()
    {
        Reasons(Times(TestModels.Good, 30), TestModels.Good, items: 0).Should().ContainSingle().Which.Should().StartWith("drift: mean |w| grew from 0.6667 to 20; the limit is 13.33");
        Reasons(new float[6], TestModels.Good, items: 0).Should().Equal("drift: every weight is 0; mean |w| was 0.6667");
        Reasons(TestModels.Good, Times(TestModels.Good, 0.01f), items: 0).Should().BeEmpty("a hundred times next to nothing is no explosion");
        Reasons(Times(TestModels.Good, 0.01f), TestModels.Good, items: 0).Should().BeEmpty("weights of a young model cross zero");
        Reasons(TestModels.Good, new float[6]).Should().BeEmpty("a champion that has not learned yet says nothing of the size of weights");
    }

    [Fact]
    public void Other_settings_are_not_compared() => Reasons(Times(TestModels.Bad, 20), Times(TestModels.Good, 20), changed: true).Should().BeEmpty();

    private static float[] Times(float[] weights, float factor) => [.. weights.Select(w => w * factor)];

    private static IReadOnlyList<string> Reasons(float[] candidate, float[] champion, int items = 300, bool changed = false)
    {
        var before = LoadedModel.Of(TestModels.File(TestModels.News, champion, 1000));
        var now = LoadedModel.Of(TestModels.File(TestModels.News, candidate, 2000, h => h.ConfigHash += changed ? 1u : 0));
        return DriftTests.Check(now, before, HoldoutReplay.Of(TestModels.Items(TestModels.News, items), now, before), new ValidationOptions());
    }
}
