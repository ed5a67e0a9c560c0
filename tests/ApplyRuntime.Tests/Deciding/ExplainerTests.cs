using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Logging;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Deciding;

public sealed class ExplainerTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ListBlender _page = new();
    private readonly ListSink _sink = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_randomised_decision_is_told_step_by_step()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish(7);
        var randomize = new RandomizeParams { RandomizeBundle = "positional_random", RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, MinRandomProb = 0.05 };
        var runtime = Open(Examples.Plain() with { RandomizeParams = randomize, ApplyPriority = 3 }, Examples.Plain("other") with { Locales = ["tr", "by"], ApplyPriority = 9 });
        var request = new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, RequestId = "r1", User = "u2", Query = "q", Locale = "ru", UserInterface = "touch", Time = FolderBuilder.TrainedUntil };

        var text = runtime.Explain(request, _page);

        var outcome = runtime.Decide(request, _page);
        outcome.Explored.Should().BeTrue("this user was chosen for it");
        text.Should().Be($"""
            Request 'r1' for NEWS at 2025-12-31 23:00:00 UTC, 3 features, locale ru, interface touch.
            Generation 7 is in use.
            other, priority 9, source fast_data, condition always:
              The locale 'ru' is not among tr, by. It is passed over.
            news, priority 3, source fast_data, condition always:
              Model {outcome.Model!.Content.Short}, linear_softmax, version 3, 4 classes, 3 features, 1000 requests processed.
              The model's best: class 1. Scores: 1: 3, 0: 0, 2: 0, 3: 0.
              Explore probability 0.613069: 20 / (1 + 1 · sqrt(1000)) = 0.613069, at least 0.05, at most 1.
              Draw {outcome.Draw.Explore:0.######}, of hash {outcome.Draw.Hash} in salt period 981790 of 30 minutes.
              Randomised by positional_random: draw {outcome.Draw.Choose:0.######} in [0.25, 0.25, 0.25, 0.25] is class {outcome.Shown}, with probability 0.25. It is logged.
              Shown: class {outcome.Shown}{(outcome.Shown == 3 ? ", not shown" : "")}. The blender is told position {outcome.Position} with priority 3.

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Explaining_tells_the_blender_nothing_and_logs_and_counts_nothing()
    {
        var runtime = Open(Examples.Random("absent") with { FallBackBlenderPos = 0 });

        runtime.Explain(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones }, _page).Should().Contain("No generation of models is loaded").And.Contain("FallBackBlenderPos: class 0").And.Contain("Randomised by");

        _page.Told.Should().BeEmpty();
        _sink.Decisions.Should().BeEmpty();
        runtime.Status.Fallbacks.Total.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_reason_has_its_words(string settings, string words)
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 3)).Publish();
        var runtime = Open(Settings(settings));
        var changed = settings == "override" ? runtime.StartOverride().SetFastModelToTrain("NEWS", "a").Build() : null;
        var request = new DecisionRequest
        {
            Intent = settings == "intent" ? "VIDEO" : "NEWS",
            Features = settings == "features" ? [1, 2] : settings.StartsWith("nan", StringComparison.Ordinal) ? [1, float.NaN, 1] : Scene.Ones,
            User = "u", Time = FolderBuilder.TrainedUntil, Override = changed, Foreign = settings == "foreign" ? new ForeignDraw(2, 0.3) : null,
        };
        var page = new ListBlender { Document = settings != "document", Intent = settings != "blender" };

        runtime.Explain(request, page).Should().Contain(words);
    }

    public static TheoryData<string, string> Cases() => new()
    {
        { "plain", "The model's best: class 3, not shown." },
        { "plain", "There is no RandomizeParams: nothing is left to chance." },
        { "plain", "The blender is told position -1 with priority 1." },
        { "intent", "No model is applied to VIDEO: the page stays as it is. The settings have NEWS." },
        { "features", "The request has 2 features: the model cannot be used." },
        { "features", "There is no FallBackBlenderPos either" },
        { "features", "No model has a position: the page stays as it is." },
        { "nan", "A feature is not finite" },
        { "classes", "The settings say 7 classes: the model cannot be used." },
        { "rtmr", "This runtime has no models from rtmr." },
        { "absent", "There is no model." },
        { "absent", "the number of classes is not known without a model" },
        { "nan and chance", "a feature is not finite, so that nothing could be learned from it" },
        { "interface", "The interface '' is not among touch." },
        { "document", "There is no document of NEWS." },
        { "blender", "The blender does not deal with NEWS here." },
        { "fixed", "FixedPos: class 1, as 1000 requests are fewer than FixedPosReqCount, 2000." },
        { "fixed", "1000 requests are fewer than FullRandomReqCount, 1500." },
        { "floor", "MinRandomProb 0." },
        { "floor", "Not randomised." },
        { "foreign", "Somebody else has already shown class 2, with probability 0.3." },
        { "override", "The request carries settings of its own." },
        { "override", "Only these models learn from NEWS: a." },
    };

    private static ApplyModel Settings(string settings)
    {
        var randomize = new RandomizeParams { RandomizeBundle = "positional_random" };
        return settings switch
        {
            "classes" => Examples.Plain() with { ClassNumber = 7 },
            "rtmr" => Examples.Plain() with { ModelSource = ModelSource.Rtmr },
            "absent" => Examples.Plain("absent") with { RandomizeParams = randomize with { MinRandomProb = 1 } },
            "nan and chance" => Examples.Random(),
            "interface" => Examples.Plain() with { UserInterfaces = ["touch"] },
            "document" => Examples.Plain() with { ApplyCondition = ApplyCondition.HasDoc },
            "blender" => Examples.Plain() with { ApplyCondition = ApplyCondition.HasIntent },
            "fixed" => Examples.Plain() with { RandomizeParams = randomize with { FixedPosReqCount = 2000, FixedPos = 1, FullRandomReqCount = 1500 } },
            "floor" => Examples.Plain() with { RandomizeParams = randomize },
            "foreign" => Examples.Plain() with { UseLocalRandom = true },
            _ => Examples.Plain(),
        };
    }

    [Fact]
    public void Without_a_sink_it_does_not_claim_a_record()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Random("news")]) });

        runtime.Explain(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, RequestId = "r1" }, _page).Should().Contain("Nothing logs it: the runtime has no sink for decisions.");
    }

    private ModelRuntime Open(params ApplyModel[] models) => _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of(models), Decisions = _sink });
}
