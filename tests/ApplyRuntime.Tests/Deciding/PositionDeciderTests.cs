using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Deciding;

public sealed class PositionDeciderTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly PageBlender<string> _page = new PageBlender<string>(["a", "b", "c", "d"]).Add("NEWS", "n");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_models_best_class_is_told_to_the_blender_with_the_priority_of_the_settings()
    {
        var outcome = Open(Examples.Plain() with { ApplyPriority = 5 }, best: 2).Decide(Request(), _page);

        (outcome.Untouched, outcome.Source, outcome.Reason, outcome.Pivot, outcome.Shown, outcome.Position).Should().Be((UntouchedReason.None, DecisionSource.Model, FallbackReason.None, 2, 2, 2));
        (outcome.Explored, outcome.ExploreProbability, outcome.Propensity, outcome.Bundle).Should().Be((false, 0, 1, null));
        (outcome.Epoch, outcome.ClassCount, outcome.RequestCount, outcome.Model!.Name.Value, outcome.Application!.Name.Value).Should().Be((1, 4, 1000, "news", "news"));
        _page.SetIntentPosition("NEWS", 0, 4);
        _page.PositionOf("NEWS").Should().Be(2, "a lower priority does not move it");
    }

    [Fact]
    public void The_last_class_means_not_shown()
    {
        var page = new ListBlender();

        var outcome = Open(Examples.Plain(), best: 3).Decide(Request(), page);

        (outcome.Shown, outcome.Position).Should().Be((3, IBlender.NotShown));
        page.Told.Should().Equal(("NEWS", IBlender.NotShown, 1));
    }

    [Theory]
    [InlineData(2, 2, UntouchedReason.None, DecisionSource.Fallback)]
    [InlineData(null, IBlender.NotShown, UntouchedReason.NoPosition, DecisionSource.None)]
    public void Without_a_model_the_fallback_position_is_told_or_nothing(int? fallback, int position, UntouchedReason untouched, DecisionSource source)
    {
        var runtime = Open(Examples.Plain("absent") with { FallBackBlenderPos = fallback });
        var page = new ListBlender();

        var outcome = runtime.Decide(Request(), page);

        (outcome.Untouched, outcome.Source, outcome.Reason, outcome.Position, outcome.RequestCount).Should().Be((untouched, source, FallbackReason.NoModel, position, 0UL));
        page.Told.Should().HaveCount(fallback is null ? 0 : 1);
        runtime.Status.Fallbacks.NoModel.Should().Be(1);
    }

    [Theory]
    [InlineData(2, 3, FallbackReason.WrongFeatureCount)]
    [InlineData(3, 5, FallbackReason.WrongClassCount)]
    public void A_model_of_another_shape_gives_the_fallback_and_still_counts_with_its_requests(int features, int? classes, FallbackReason reason)
    {
        var runtime = Open(Examples.Plain() with { FallBackBlenderPos = 1, ClassNumber = classes == 3 ? null : classes, RandomizeParams = new() { RandomizeBundle = "positional_random", RandomProbA = 1, RandomProbFunc = RandomProbFunc.Id } });

        var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.OnesOf(features), User = "u" }, _page);

        (outcome.Source, outcome.Reason, outcome.Pivot, outcome.RequestCount).Should().Be((DecisionSource.Fallback, reason, 1, 1000UL));
        outcome.ExploreProbability.Should().Be(1.0 / 1001);
        runtime.Status.Fallbacks.Total.Should().Be(1);
    }

    [Fact]
    public void Features_that_are_not_finite_give_the_fallback_and_are_never_explored()
    {
        var runtime = Open(Examples.Random() with { FallBackBlenderPos = 1 });

        var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = [1, float.NaN, 1] }, _page);

        (outcome.Reason, outcome.Pivot, outcome.Shown, outcome.Explored, outcome.ExploreProbability).Should().Be((FallbackReason.NotFinite, 1, 1, false, 1));
    }

    [Theory]
    [InlineData(ModelSource.Rtmr)]
    [InlineData(ModelSource.DocAttr)]
    public void A_source_that_the_runtime_does_not_have_is_a_missing_model(ModelSource source)
    {
        var runtime = Open(Examples.Plain() with { ModelSource = source, FallBackBlenderPos = 1 });

        runtime.Decide(Request(), _page).Reason.Should().Be(FallbackReason.NoSource);
        runtime.Status.Fallbacks.NoSource.Should().Be(1);
    }

    [Fact]
    public void Without_a_generation_there_is_exploration_all_the_same()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Random() with { FallBackBlenderPos = 0 }]) });

        var outcome = runtime.Decide(Request(), _page);

        (outcome.Reason, outcome.Pivot, outcome.Explored, outcome.ClassCount, outcome.Epoch).Should().Be((FallbackReason.NoGeneration, 0, true, 4, 0L));
        outcome.Propensity.Should().BeInRange(0.05 / 4, 1);
    }

    [Fact]
    public void Without_a_model_the_number_of_classes_must_be_known_to_explore()
    {
        var outcome = Open(Examples.Random("absent") with { ClassNumber = null, FallBackBlenderPos = 2 }).Decide(Request(), _page);

        (outcome.ExploreProbability, outcome.Explored, outcome.Shown).Should().Be((1, false, 2));
    }

    [Fact]
    public void Without_a_model_and_a_fallback_exploration_is_uniform_and_else_the_page_is_left()
    {
        Open(Examples.Random("absent")).Decide(Request(), _page).Propensity.Should().Be(0.25);
        Open(Examples.Random("absent") with { RandomizeParams = new() { RandomizeBundle = "positional_local_random" } }).Decide(Request(), _page).Untouched.Should().Be(UntouchedReason.NoPosition);
    }

    [Theory]
    [InlineData(1001, 0, DecisionSource.FixedPosition)]
    [InlineData(1000, 2, DecisionSource.Model)] // the model has 1000
    public void The_fixed_position_stands_in_for_a_young_model(int fixedPosRequests, int pivot, DecisionSource source)
    {
        var settings = Examples.Plain() with { RandomizeParams = new() { RandomizeBundle = "positional_random", FixedPosReqCount = fixedPosRequests, FixedPos = 0 } };

        var outcome = Open(settings, best: 2).Decide(Request(), _page);

        (outcome.Pivot, outcome.Shown, outcome.Source).Should().Be((pivot, pivot, source));
    }

    [Theory]
    [InlineData("ru", null, UntouchedReason.None)]
    [InlineData("RU", "touch", UntouchedReason.None)]
    [InlineData("tr", null, UntouchedReason.None)]
    [InlineData("by", null, UntouchedReason.Locale)]
    [InlineData(null, null, UntouchedReason.Locale)]
    public void Only_requests_of_its_locales_are_taken(string? locale, string? ui, UntouchedReason expected) =>
        Open(Examples.Plain() with { Locales = ["ru", "tr"] }).Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, Locale = locale, UserInterface = ui }, _page).Untouched.Should().Be(expected);

    [Theory]
    [InlineData("touch", UntouchedReason.None)]
    [InlineData("desktop", UntouchedReason.UserInterface)]
    [InlineData(null, UntouchedReason.UserInterface)]
    public void Only_requests_of_its_interfaces_are_taken(string? ui, UntouchedReason expected) =>
        Open(Examples.Plain() with { UserInterfaces = ["touch"] }).Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, UserInterface = ui }, _page).Untouched.Should().Be(expected);

    [Theory]
    [InlineData(ApplyCondition.Always, false, false, UntouchedReason.None)]
    [InlineData(ApplyCondition.HasIntent, false, false, UntouchedReason.NoIntent)]
    [InlineData(ApplyCondition.HasIntent, true, false, UntouchedReason.None)]
    [InlineData(ApplyCondition.HasDoc, true, false, UntouchedReason.NoDocument)]
    [InlineData(ApplyCondition.HasDoc, true, true, UntouchedReason.None)]
    public void The_condition_of_the_settings_is_asked_of_the_blender(ApplyCondition condition, bool intent, bool document, UntouchedReason expected)
    {
        var page = new ListBlender { Intent = intent, Document = document };

        Open(Examples.Plain() with { ApplyCondition = condition }).Decide(Request(), page).Untouched.Should().Be(expected);

        page.Told.Should().HaveCount(expected == UntouchedReason.None ? 1 : 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("VIDEO")]
    [InlineData("news")]
    public void An_intent_that_no_model_is_applied_to_is_left_alone(string intent)
    {
        var outcome = Open(Examples.Plain()).Decide(new DecisionRequest { Intent = intent, Features = Scene.Ones }, _page);

        (outcome.Untouched, outcome.Application, outcome.Shown, outcome.Position).Should().Be((UntouchedReason.NoApplication, null, Decision.NoClass, IBlender.NotShown));
    }

    [Fact]
    public void Of_two_models_the_higher_priority_decides_then_the_name_then_the_next_that_has_a_position()
    {
        Two(Plain("a", priority: 1), Plain("b", priority: 2)).Should().Be("b");
        Two(Plain("b", priority: 1), Plain("a", priority: 1)).Should().Be("a");
        Two(Plain("a", priority: 1), Plain("b", priority: 2) with { Locales = ["ru"] }).Should().Be("a", "the other does not take the request");
        Two(Plain("a", priority: 1), Plain("absent", priority: 2)).Should().Be("a", "the other has no position");
        Two(Plain("a", priority: 1), Plain("absent", priority: 2) with { FallBackBlenderPos = 0 }).Should().Be("absent");

        string Two(params ApplyModel[] models)
        {
            _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).With("b", FolderBuilder.Choosing("b", 2)).Publish();
            return _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of(models) }).Decide(Request(), _page).Application!.Name.Value;
        }

        static ApplyModel Plain(string name, int priority) => Examples.Plain(name) with { ApplyPriority = priority };
    }

    [Fact]
    public void Of_equal_scores_the_lowest_class_wins_not_shown_included()
    {
        _scene.Builder.With("news", FolderBuilder.Linear("news", 4, 3, (k, _) => k is 2 or 3 ? 1 : 0)).Publish();

        Open(Examples.Plain(), publish: false).Decide(Request(), _page).Shown.Should().Be(2, "a position before 'not shown'");
    }

    [Fact]
    public void A_position_that_is_no_class_of_the_model_is_told_as_it_is_and_explored_uniformly()
    {
        var settings = Examples.Random() with { ClassNumber = null, RandomizeParams = new() { RandomizeBundle = "positional_local_random", FixedPosReqCount = 5000, FixedPos = 9 } };
        Open(settings).Decide(Request(), _page).Position.Should().Be(9);

        var outcome = Open(settings with { RandomizeParams = settings.RandomizeParams! with { MinRandomProb = 1 } }).Decide(Request(), _page);

        (outcome.Pivot, outcome.Explored, outcome.Propensity).Should().Be((9, true, 0.25));
    }

    [Fact]
    public void Mistakes_of_the_calling_code_are_exceptions()
    {
        var runtime = Open(Examples.Plain());

        FluentActions.Invoking(() => runtime.Decide(new DecisionRequest { Intent = null!, Features = [] }, _page)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => runtime.Decide(new DecisionRequest { Intent = "A", Features = [], RequestId = null! }, _page)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => runtime.Decide(Request(), null!)).Should().Throw<ArgumentNullException>();
    }

    private static DecisionRequest Request() => new() { Intent = "NEWS", Features = Scene.Ones, User = "user", Query = "query", RequestId = "r1" };

    private ModelRuntime Open(ApplyModel settings, int best = 2, bool publish = true)
    {
        if (publish) _scene.Builder.With("news", FolderBuilder.Choosing("news", best)).Publish();
        return _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([settings]) });
    }
}
