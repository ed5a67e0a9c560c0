using Delivery.ApplyRuntime.Settings;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ApplyLinterTests
{
    private static readonly RandomizeParams Good = new() { RandomizeBundle = "positional_local_random", RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, MinRandomProb = 0.05 };

    [Fact]
    public void Settings_that_mean_what_they_say_have_no_findings() => Findings(With(Good)).Should().BeEmpty();

    [Fact]
    public void The_training_store_is_no_source_for_production() =>
        Only(Examples.Plain() with { ModelSource = ModelSource.Rtmr }).Should().Match("ApplyModels[news].ModelSource: rtmr takes the model straight from the training store*");

    [Fact]
    public void A_trained_model_that_nobody_randomises_for_is_an_error()
    {
        var trained = new TrainedModel(ModelName.Parse("news"), 4, UseLocalRandom: false);

        var finding = ApplyLinter.Check(ApplyConfiguration.Of([Examples.Plain()], [trained])).Should().ContainSingle().Subject;

        (finding.Level, finding.Key).Should().Be((LintLevel.Error, "RandomizeParams"));
        finding.Message.Should().Contain("it will never learn");
        ApplyLinter.Check(ApplyConfiguration.Of([Examples.Plain() with { UseLocalRandom = true }], [trained])).Should().BeEmpty();
    }

    [Fact]
    public void A_fixed_position_beyond_full_randomisation_is_told() =>
        Only(With(Good with { FixedPosReqCount = 1000, FixedPos = 1, FullRandomReqCount = 999 })).Should().Match("*FixedPosReqCount: 1000 is above FullRandomReqCount, 999:*");

    [Theory]
    [InlineData(20, 1, RandomProbFunc.Sqrt, 1, "*MinRandomProb: 1 is no less than the formula gives at 0 requests*", false)] // 20 at the start
    [InlineData(0.01, 1, RandomProbFunc.Sqrt, 0.05, "*MinRandomProb: 0.05 is no less than the formula gives at 0 requests, 0.01: the formula never counts.", true)]
    [InlineData(0.5, 0, RandomProbFunc.Sqrt, 0.05, "*MinRandomProb: 0.05 is never reached: after 10^12 requests the formula still gives 0.5.", true)]
    [InlineData(20, 1, RandomProbFunc.Log1p, 0.05, "*MinRandomProb: 0.05 is never reached: after 10^12 requests the formula still gives 0.69*", true)]
    [InlineData(20, 1, RandomProbFunc.Sqrt, 0, "*MinRandomProb: it is 0: exploration fades away*", true)]
    public void A_floor_that_cannot_count_is_told(double a, double b, RandomProbFunc function, double floor, string message, bool found)
    {
        var messages = Findings(With(Good with { RandomProbA = a, RandomProbB = b, RandomProbFunc = function, MinRandomProb = floor }));

        if (found) messages.Should().ContainSingle().Which.Should().Match(message);
        else messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, "*nothing is ever explored.")]
    [InlineData(500, "*after 500 requests nothing is explored any more.")]
    public void Exploration_that_never_happens_is_told(int full, string message) =>
        Only(With(Good with { RandomProbA = 0, RandomProbFunc = null, MinRandomProb = 0, FullRandomReqCount = full })).Should().Match(message);

    [Fact]
    public void A_negative_factor_and_the_logarithm_of_nothing_are_told()
    {
        Findings(With(Good with { RandomProbB = -1 })).Should().Contain(message => message.Contains("exploration grows with the requests"));
        Findings(With(Good with { RandomProbFunc = RandomProbFunc.Log })).Should().Contain(message => message.Contains("log1p has"));
    }

    [Fact]
    public void Classes_that_are_never_shown_are_told()
    {
        Only(With(Good with { UniformShare = 0 })).Should().Contain("their value cannot be estimated");
        Findings(With(Good with { UniformShare = 0, RandomizeBundle = "positional_random" })).Should().BeEmpty("it is uniform anyway");
    }

    [Fact]
    public void A_number_of_classes_that_is_not_known_beforehand_is_told() => Only(With(Good) with { ClassNumber = null }).Should().Contain("no first model can be born");

    [Fact]
    public void Two_models_of_one_intent_are_told_with_the_one_that_goes_first()
    {
        Findings(Examples.Plain("b"), Examples.Plain("a")).Should().Equal("ApplyModels[b].Intent: 'a' is applied to NEWS with the same priority and goes first by its name.");
        Findings(Examples.Plain("a"), Examples.Plain("b") with { ApplyPriority = 2 }).Should().Equal("ApplyModels[a].Intent: 'b' is applied to NEWS with a higher priority and goes first.");
    }

    [Fact]
    public void Models_without_settings_and_settings_without_a_model_are_told()
    {
        var configuration = ApplyConfiguration.Of([Examples.Plain("a"), Examples.Plain("b", "B"), Examples.Plain("c", "C") with { ModelSource = ModelSource.DocAttr }]);

        ApplyLinter.Check(configuration, [ModelName.Parse("b"), ModelName.Parse("d")]).Select(finding => $"{finding}").Should().Equal(
            "ApplyModels[a].ModelSource: the model is not in model_list.txt, so fast_data never gets it.",
            "ApplyModels[d].name: the model is in model_list.txt, but is applied nowhere.");
    }

    private static ApplyModel With(RandomizeParams randomize) => Examples.Random() with { RandomizeParams = randomize };

    private static IReadOnlyList<string> Findings(params ApplyModel[] models) => [.. ApplyLinter.Check(ApplyConfiguration.Of(models)).Select(finding => $"{finding}")];

    private static string Only(ApplyModel model) => Findings(model).Should().ContainSingle().Subject;
}
