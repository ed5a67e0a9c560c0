using System.Security.Cryptography;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class LinearSoftmaxTrainerTests
{
    private static readonly TrainModel Settings = Sample.Settings with { HoldoutShare = 0 };

    [Theory]
    [InlineData(TrainingObjective.PolicyGradient, 0.999)]
    [InlineData(TrainingObjective.PolicyGradient, 0)]
    [InlineData(TrainingObjective.IpsCrossEntropy, 0.999)]
    public void It_learns_which_class_is_right(TrainingObjective objective, double decay)
    {
        var settings = Settings with { Objective = objective, BaselineDecay = decay, LearningRate = 0.3, EvaluateWindowSize = 1_000 };
        var trainer = new LinearSoftmaxTrainer(settings);
        foreach (var item in Sample.Items(5, 20_000, settings)) trainer.Learn(item);
        var report = trainer.Report();
        report.Window.OnlineSnips.Low.Should().BeGreaterThan(0.3, "always taking the right class gains 0.5, a random one -0.17 + 0.17");
        report.Window.OnlineSnips.Low.Should().BeGreaterThan(report.Window.ProductionSnips.High);
        report.Window.PredictedEntropy.Should().BeGreaterThan(0.9, "each of the three classes is right for a third");
        report.MeanAbsoluteWeight.Should().BePositive();
        report.GradientNorm.Should().BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public void A_batch_of_one_learns_each_item_at_once()
    {
        var (trainer, items) = (new LinearSoftmaxTrainer(Settings with { BatchSize = 1 }), Sample.Items(2, 30));
        var weights = new float[Settings.ClassNumber * 16];
        var (step, baseline) = (new SoftmaxStep(Settings), new RewardBaseline(Settings.BaselineDecay));
        foreach (var item in items)
        {
            trainer.Learn(item);
            var batch = new PendingBatch(Settings.FeatureCount);
            batch.Add(new((int)item.Shown, item.Propensity, item.Reward, 0), [.. item.Features]);
            step.Take(ref weights, batch, baseline);
        }
        (trainer.BatchCount, trainer.BatchFill).Should().Be((30UL, 0));
        Last(trainer).Should().Equal(Enumerable.Range(0, 12).Select(i => weights[i / 4 * 16 + i % 4]));
    }

    [Fact]
    public void A_batch_makes_its_step_when_it_is_full()
    {
        var trainer = new LinearSoftmaxTrainer(Settings);
        foreach (var item in Sample.Items(2, 4)) trainer.Learn(item);
        (trainer.BatchCount, trainer.BatchFill, trainer.RequestCount).Should().Be((0UL, 4, 4UL));
        Last(trainer).Should().OnlyContain(w => w == 0);
        trainer.ExportModel().Should().BeNull("a model that has learned nothing would take class 0 for everything");
        trainer.Learn(Sample.Items(3, 1)[0]);
        (trainer.BatchCount, trainer.BatchFill, trainer.RequestCount).Should().Be((1UL, 0, 5UL));
        Last(trainer).Should().Contain(w => w != 0);
    }

    [Fact]
    public void A_request_is_learned_once()
    {
        var (trainer, items) = (new LinearSoftmaxTrainer(Settings), Sample.Items(2, 33));
        foreach (var item in items) trainer.Learn(item);
        var state = trainer.SaveState();
        foreach (var item in items) trainer.Learn(item).Should().Be(ItemFate.Duplicate);
        trainer.Count(ItemFate.Duplicate).Should().Be(33);
        trainer.RequestCount.Should().Be(33);
        Last(trainer).Should().Equal(TrainState.Parser.ParseFrom(state).Last);
    }

    [Fact]
    public void A_held_out_share_counts_as_requests_and_is_never_trained_on()
    {
        var settings = Sample.Settings with { HoldoutShare = 0.3 };
        var (all, kept) = (new LinearSoftmaxTrainer(settings), new LinearSoftmaxTrainer(settings with { HoldoutShare = 0 }));
        var heldOut = 0;
        foreach (var item in Sample.Items(4, 1_000))
        {
            if (all.Learn(item) == ItemFate.HeldOut) heldOut++;
            else kept.Learn(item);
        }
        heldOut.Should().BeInRange(240, 360);
        (all.RequestCount, kept.RequestCount).Should().Be((1_000UL, 1_000UL - (ulong)heldOut));
        Last(all).Should().Equal(Last(kept));
        all.Report().Window.Should().BeEquivalentTo(kept.Report().Window);
    }

    [Fact]
    public void The_window_judges_each_decision_before_it_is_learned()
    {
        var (trainer, item) = (new LinearSoftmaxTrainer(Settings with { BatchSize = 1, LearningRate = 5 }), Sample.Items(2, 1)[0]);
        (item.Shown, item.Reward) = (2, 1);
        trainer.Learn(item);
        var window = trainer.Report().Window;
        window.PredictedClasses.Should().Equal([1, 0, 0], "weights of 0 score all classes alike, and the lowest wins");
        window.LogLoss.Should().BeApproximately(Math.Log(3), 1e-12);
    }

    [Fact]
    public void The_best_model_is_born_with_a_full_window_and_only_a_value_as_high_replaces_it()
    {
        var settings = Settings with { LearningRate = 2, EvaluateWindowSize = 30, RememberedRequests = 60 };
        var trainer = new LinearSoftmaxTrainer(settings);
        var (kept, replaced, age) = (0, 0, 0);
        float[]? best = null;
        foreach (var item in Sample.Items(8, 1_500, settings))
        {
            trainer.Learn(item);
            trainer.HasBest.Should().Be(trainer.RequestCount >= 30);
            if (!trainer.HasBest) continue;
            var (now, window) = (Best(trainer), trainer.Report().Window);
            var lastIsAsGood = window.OnlineSnips.Value >= window.BestSnips.Value;
            age++;
            if (best is not null && !now.SequenceEqual(best))
            {
                now.Should().Equal(Last(trainer));
                lastIsAsGood.Should().BeTrue();
                age.Should().BeGreaterThanOrEqualTo(30, "it was judged on a whole window of its own");
                (replaced, age) = (replaced + 1, 0);
            }
            else if (age > 30 + settings.BatchSize)
            {
                kept++;
                lastIsAsGood.Should().BeFalse("a last model as good as the best would have replaced it");
            }
            best = now;
        }
        kept.Should().BePositive();
        replaced.Should().BePositive();
    }

    [Fact]
    public void The_exported_model_is_the_best_with_the_counts_and_times_of_the_trainer()
    {
        var settings = Sample.Settings with { LearningRate = 2, ModelVersion = 3 };
        var trainer = new LinearSoftmaxTrainer(settings);
        var items = Sample.Items(8, 2_000, settings);
        foreach (var item in items)
        {
            trainer.Learn(item);
            if (trainer.RequestCount > 1_000 && !Best(trainer).SequenceEqual(Last(trainer))) break;
        }
        var file = trainer.ExportModel()!;
        var layout = ModelLayout.Read(file);
        var header = layout.Header;
        Values(layout, file).Should().Equal(Best(trainer)).And.NotEqual(Last(trainer));
        (header.Name, header.Kind, header.Intent, header.Objective).Should().Be(("news", "linear_softmax", "NEWS_WIZARD", "policy_gradient"));
        (header.ModelVersion, header.ClassCount, header.FeatureCount, header.ConfigHash).Should().Be((3U, 3U, 4U, settings.ConfigHash()));
        (header.RequestCount, header.BatchCount).Should().Be((trainer.RequestCount, trainer.BatchCount));
        header.Sources.Select(s => (s.Name, s.Count)).Should().Equal(("query", 3U), ("constant", 1U));
        header.Created.Should().Be(items[(int)trainer.RequestCount - 1].EventTime).And.Be(header.TrainedUntil);
        ModelKind.Find(header.Kind)!.CreateScorer(layout).ClassCount.Should().Be(3);
    }

    [Theory]
    [InlineData(TrainingObjective.PolicyGradient, "e35b888373711baf3e3c9718b823834e18db06be210706f3d6b060e169aaba9e")]
    [InlineData(TrainingObjective.IpsCrossEntropy, "ef869802dd127032e67001aa1e2cc8419fcf5e1321448b1fad68d86704ea8c5d")]
    public void The_same_items_give_the_same_file_on_every_machine(TrainingObjective objective, string sha256)
    {
        var settings = Sample.Settings with { Sources = [new("query", 36), new(FeatureSize.Constant, 1)], ClassNumber = 7, Objective = objective, RegValue = 0.01 };
        var trainer = new LinearSoftmaxTrainer(settings);
        foreach (var item in Sample.Items(12, 2_000, settings)) trainer.Learn(item);
        Convert.ToHexStringLower(SHA256.HashData(trainer.ExportModel()!)).Should().Be(sha256);
    }

    [Fact]
    public void Before_there_is_a_best_the_last_is_exported()
    {
        var trainer = new LinearSoftmaxTrainer(Settings);
        foreach (var item in Sample.Items(8, 7)) trainer.Learn(item);
        var file = trainer.ExportModel()!;
        Values(ModelLayout.Read(file), file).Should().Equal(Last(trainer));
    }

    [Fact]
    public void A_late_event_does_not_turn_the_newest_time_back()
    {
        var trainer = new LinearSoftmaxTrainer(Settings);
        var items = Sample.Items(8, 10);
        foreach (var item in items.Reverse()) trainer.Learn(item);
        trainer.Report().NewestEvent.Should().Be(items[^1].EventTime.ToDateTimeOffset());
    }

    [Fact]
    public void A_step_to_infinity_is_refused_counted_and_the_next_one_learns_on()
    {
        var trainer = new LinearSoftmaxTrainer(Settings);
        var items = Sample.Items(8, 10);
        items[2].Features[0] = 3e38f;
        (items[2].Reward, items[2].Propensity) = (100, 1e-6);
        foreach (var item in items[..5]) trainer.Learn(item).Should().Be(ItemFate.Learned);
        Last(trainer).Should().OnlyContain(w => w == 0);
        (trainer.RefusedSteps, trainer.BatchCount, trainer.BatchFill).Should().Be((1UL, 0UL, 0));
        foreach (var item in items[5..]) trainer.Learn(item);
        (trainer.RefusedSteps, trainer.BatchCount).Should().Be((1UL, 1UL));
        trainer.Report().RefusedSteps.Should().Be(1);
    }

    [Fact]
    public void An_item_whose_score_overflows_is_refused()
    {
        var trainer = new LinearSoftmaxTrainer(Settings with { LearningRate = 1e6 });
        var items = Sample.Items(8, 30);
        foreach (var item in items[..20]) trainer.Learn(item);
        for (var i = 0; i < 3; i++) items[21].Features[i] = 3e38f;
        trainer.Learn(items[21]).Should().Be(ItemFate.ScoreNotFinite);
        trainer.RequestCount.Should().Be(20);
    }

    [Fact]
    public void Clipped_weights_are_counted()
    {
        var trainer = new LinearSoftmaxTrainer(Settings with { WeightClip = 2 });
        foreach (var item in Sample.Items(8, 12)) trainer.Learn(item);
        trainer.ClippedItems.Should().Be(10, "two items still wait for their step");
    }

    [Fact]
    public void Bad_settings_are_refused() =>
        ((Action)(() => _ = new LinearSoftmaxTrainer(Settings with { BatchSize = 0, LearningRate = -1 }))).Should().Throw<InvalidTrainModelException>().Which.Problems.Should().HaveCount(2);

    private static float[] Last(LinearSoftmaxTrainer trainer) => [.. TrainState.Parser.ParseFrom(trainer.SaveState()).Last];

    private static float[] Best(LinearSoftmaxTrainer trainer) => [.. TrainState.Parser.ParseFrom(trainer.SaveState()).Best];

    private static float[] Values(ModelLayout layout, byte[] file)
    {
        var tensor = layout.Tensor(LinearSoftmax.WeightsName);
        var padded = tensor.Floats(file).ToArray();
        return [.. Enumerable.Range(0, tensor.Shape[0]).SelectMany(k => padded.Skip(k * tensor.RowStride).Take(tensor.Shape[1]))];
    }
}
