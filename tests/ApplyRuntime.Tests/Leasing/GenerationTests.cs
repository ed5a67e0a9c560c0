using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class GenerationTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    /// <summary>An application remembers where its model stood. What stands there now must not be taken for it.</summary>
    [Fact]
    public void A_model_is_found_wherever_it_stands_and_no_other_in_its_place()
    {
        Put("news", 2).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Plain()]) });
        Decide(runtime).Should().Be((2, FallbackReason.None));

        Put("a_model_before_it", 0).Publish();
        runtime.Refresh();
        Decide(runtime).Should().Be((2, FallbackReason.None), "another model stands in its old place");

        Put("news", 1).Without("a_model_before_it").Publish();
        runtime.Refresh();
        Decide(runtime).Should().Be((1, FallbackReason.None), "its old place lies beyond the end");

        _scene.Builder.Without("news").With("other", FolderBuilder.Choosing("other", 0)).Publish();
        runtime.Refresh();
        Decide(runtime).Should().Be((Decision.NoClass, FallbackReason.NoModel), "another model stands in its place");

        Put("news", 2).Publish();
        runtime.Refresh();
        Decide(runtime).Should().Be((2, FallbackReason.None), "it came back");
    }

    [Fact]
    public void The_explore_probability_follows_the_requests_of_the_model()
    {
        var runtime = Publish(1000, null);
        Probability(runtime).Should().Be(1.0 / 1001);

        Publish(3000, runtime);
        Probability(runtime).Should().Be(1.0 / 3001);

        _scene.Builder.Without("news").Publish();
        runtime.Refresh();
        Probability(runtime).Should().Be(1, "without a model n is 0");
    }

    private ModelRuntime Publish(ulong requests, ModelRuntime? runtime)
    {
        _scene.Builder.With("other", FolderBuilder.Choosing("other", 0)).With("news", FolderBuilder.Linear("news", 4, 3, (_, _) => 1, requests)).Publish();
        runtime ??= _scene.Open(Scene.OnlyWhenAsked with
        {
            ApplyModels = ApplyConfiguration.Of([Examples.Plain() with { FallBackBlenderPos = 1, RandomizeParams = new() { RandomizeBundle = "positional_random", RandomProbA = 1, RandomProbFunc = RandomProbFunc.Id } }]),
        });
        runtime.Refresh();
        return runtime;
    }

    private FolderBuilder Put(string name, int best) => _scene.Builder.With(name, FolderBuilder.Choosing(name, best));

    private static double Probability(ModelRuntime runtime) => Ask(runtime).ExploreProbability;

    private static (int Class, FallbackReason Reason) Decide(ModelRuntime runtime) => Ask(runtime) is var outcome ? (outcome.Pivot, outcome.Reason) : default;

    private static DecisionOutcome Ask(ModelRuntime runtime) => runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, User = "u" }, new ListBlender());
}
