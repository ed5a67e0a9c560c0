using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Deciding;

public sealed class DeciderTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_best_class_of_the_model_is_the_decision()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish(7);
        var runtime = _scene.Open();

        runtime.Decide("news", Scene.Ones, fallback: 1).Should().Be(
            new Decision(2, DecisionSource.Model, FallbackReason.None, Epoch: 7, ModelVersion: 3, RequestCount: 1000));
        runtime.Status.Fallbacks.Total.Should().Be(0);
    }

    [Fact]
    public void Of_equal_scores_the_lowest_class_is_taken()
    {
        _scene.Builder.With("news", FolderBuilder.Linear("news", 5, 3, (k, _) => k is 1 or 4 ? 2 : 1)).Publish();

        _scene.Open().Decide("news", Scene.Ones).Class.Should().Be(1);
    }

    [Fact]
    public void Without_a_model_the_fallback_decides_and_the_reason_is_counted()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish(7);
        var runtime = _scene.Open();

        runtime.Decide("images", Scene.Ones, fallback: 1).Should().Be(
            new Decision(1, DecisionSource.Fallback, FallbackReason.NoModel, Epoch: 7, ModelVersion: 0, RequestCount: 0));
        runtime.Decide("NEWS", Scene.Ones).Should().Be(
            new Decision(Decision.NoClass, DecisionSource.None, FallbackReason.NoModel, Epoch: 7, ModelVersion: 0, RequestCount: 0), "case matters");
        runtime.Status.Fallbacks.Should().Be(new FallbackCounts(0, NoModel: 2, 0, 0, 0, 0, 0));
    }

    [Theory]
    [InlineData(new float[0], FallbackReason.WrongFeatureCount)]
    [InlineData(new float[] { 1, 1 }, FallbackReason.WrongFeatureCount)]
    [InlineData(new float[] { 1, 1, 1, 1 }, FallbackReason.WrongFeatureCount)]
    [InlineData(new float[] { 1, float.NaN, 1 }, FallbackReason.NotFinite)]
    [InlineData(new float[] { 1, 1, float.PositiveInfinity }, FallbackReason.NotFinite)]
    [InlineData(new float[] { float.NegativeInfinity, 1, 1 }, FallbackReason.NotFinite)]
    [InlineData(new float[] { float.MaxValue, float.MaxValue, float.MaxValue }, FallbackReason.NotFinite)]
    public void Features_that_do_not_fit_give_the_fallback(float[] features, FallbackReason reason)
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish(7);
        var runtime = _scene.Open();

        runtime.Decide("news", features, fallback: 3).Should().Be(
            new Decision(3, DecisionSource.Fallback, reason, Epoch: 7, ModelVersion: 3, RequestCount: 1000));
        runtime.Status.Fallbacks.Total.Should().Be(1);
    }

    [Fact]
    public void The_scores_are_given_where_they_are_wanted()
    {
        _scene.Builder.With("news", FolderBuilder.Linear("news", 2, 3, (k, f) => (10 * k) + f)).Publish();
        var runtime = _scene.Open();
        var scores = new float[] { -1, -1, -1 };

        runtime.Decide("news", Scene.Ones, scores).Class.Should().Be(1);

        scores.Should().Equal([3, 33, -1], "what lies beyond the classes is left as it was");
    }

    [Fact]
    public void A_span_too_short_for_the_scores_gives_the_fallback()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish();
        var runtime = _scene.Open();
        var scores = new float[] { -1, -1, -1 };

        var decision = runtime.Decide("news", Scene.Ones, scores, fallback: 0);

        (decision.Class, decision.Reason).Should().Be((0, FallbackReason.TooFewScores));
        scores.Should().Equal([-1, -1, -1]);
        runtime.Status.Fallbacks.TooFewScores.Should().Be(1);
    }

    [Theory]
    [InlineData(BestClass.Few)]
    [InlineData(BestClass.Few + 1)]
    [InlineData(BestClass.MostOnStack)]
    [InlineData(BestClass.MostOnStack + 1)]
    [InlineData(5000)]
    public void Models_of_many_classes_decide_too(int classes)
    {
        _scene.Builder.With("many", FolderBuilder.Linear("many", classes, 3, (k, _) => k)).Publish();

        _scene.Open().Decide("many", Scene.Ones).Class.Should().Be(classes - 1);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(1000)]
    public void A_decision_allocates_nothing(int classes)
    {
        _scene.Builder.With("news", FolderBuilder.Linear("news", classes, 601, (k, f) => k + f)).Publish();
        var runtime = _scene.Open();
        var features = Scene.OnesOf(601);
        var scores = new float[classes];
        Decide(100); // the first calls of a method and of the pool may allocate

        var decided = 0;
        Allocation.Least(() => decided = Decide(1000)).Should().Be(0);

        decided.Should().Be(2000, "all were decided by the model");

        int Decide(int times)
        {
            var byModel = 0;
            for (var i = 0; i < times; i++)
            {
                if (runtime.Decide("news", features, fallback: 1).Source == DecisionSource.Model) byModel++;
                if (runtime.Decide("news", features, scores, fallback: 1).Source == DecisionSource.Model) byModel++;
                runtime.Decide("images", features, fallback: 1);
            }
            return byModel;
        }
    }

    [Fact]
    public void Mistakes_of_the_calling_code_are_exceptions()
    {
        var runtime = _scene.Open();

        runtime.Invoking(r => r.Decide(null!, [])).Should().Throw<ArgumentNullException>();
        runtime.Invoking(r => r.Decide("news", [], fallback: -1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
