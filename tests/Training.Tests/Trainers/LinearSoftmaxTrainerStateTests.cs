using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Delivery.Training.Trainers;
using Google.Protobuf;

namespace Delivery.Training.Tests.Trainers;

public sealed class LinearSoftmaxTrainerStateTests
{
    private static readonly TrainModel Settings = Sample.Settings with { LearningRate = 1, RememberedRequests = 100 };

    [Fact]
    public void Stopping_anywhere_and_going_on_changes_no_bit()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var settings = Settings with { Objective = (TrainingObjective)(seed % 2), BatchSize = 1 + seed % 7, RegValue = 0.01 * (seed % 3), WeightClip = seed % 4 == 0 ? 2 : null };
            var random = new Random(seed);
            var items = Sample.Items(seed, 300, settings).SelectMany(item => Enumerable.Repeat(item, random.Next(10) == 0 ? 2 : 1)).ToArray();
            foreach (var item in items.Where(_ => random.Next(20) == 0)) item.Reward = double.NaN;
            var (steady, stopped) = (new LinearSoftmaxTrainer(settings), new LinearSoftmaxTrainer(settings));
            foreach (var item in items)
            {
                steady.Learn(item);
                if (random.Next(3) == 0) stopped = LinearSoftmaxTrainer.Restore(settings, stopped.SaveState());
                stopped.Learn(item);
            }
            stopped.SaveState().Should().Equal(steady.SaveState(), "of seed {0}", seed);
            stopped.ExportModel().Should().Equal(steady.ExportModel(), "of seed {0}", seed);
            stopped.Report().Should().BeEquivalentTo(steady.Report(), "of seed {0}", seed);
            stopped.WasReset.Should().BeFalse();
        }
    }

    [Fact]
    public void A_smaller_window_keeps_the_newest_entries_and_a_larger_one_all()
    {
        var state = Trained(60).SaveState();
        var newest = LinearSoftmaxTrainer.Restore(Settings with { EvaluateWindowSize = 10 }, state).Report();
        (newest.Window.Fill, newest.WindowSize).Should().Be((10, 10));
        newest.Window.Newest.Should().Be(Trained(60).Report().Window.Newest);
        newest.Window.Oldest.Should().BeAfter(Trained(60).Report().Window.Oldest!.Value);
        LinearSoftmaxTrainer.Restore(Settings with { EvaluateWindowSize = 45 }, state).Report().Window.Should().BeEquivalentTo(Trained(60).Report().Window);
    }

    [Fact]
    public void A_batch_size_below_the_fill_makes_the_step_at_once()
    {
        var settings = Settings with { HoldoutShare = 0 };
        var trainer = new LinearSoftmaxTrainer(settings);
        foreach (var item in Sample.Items(1, 9)) trainer.Learn(item);
        trainer.BatchFill.Should().Be(4);
        var lowered = LinearSoftmaxTrainer.Restore(settings with { BatchSize = 3 }, trainer.SaveState());
        (lowered.BatchFill, lowered.BatchCount, lowered.RequestCount).Should().Be((0, 2UL, 9UL));
        var same = LinearSoftmaxTrainer.Restore(settings with { BatchSize = 9 }, trainer.SaveState());
        (same.BatchFill, same.BatchCount).Should().Be((4, 1UL));
    }

    [Fact]
    public void Settings_that_apply_in_place_keep_what_was_learned()
    {
        var trainer = Trained(60);
        var changed = Settings with { LearningRate = 0.5, RegValue = 0.1, Locales = ["ru"], UserInterfaces = ["touch"], ClickBoost = 1, Objective = TrainingObjective.IpsCrossEntropy, BaselineDecay = 0 };
        var restored = LinearSoftmaxTrainer.Restore(changed, trainer.SaveState());
        (restored.WasReset, restored.RequestCount, restored.BatchCount).Should().Be((false, trainer.RequestCount, trainer.BatchCount));
        restored.ExportModel().Should().NotBeNull();
    }

    public static TheoryData<TrainModel> Resets =>
    [
        Settings with { ModelVersion = 3 }, Settings with { ModelVersion = 1 }, Settings with { ClassNumber = 4, ModelVersion = 2 }, Settings with { Intent = "VIDEO", ModelVersion = 2 },
        Settings with { SurplusVersion = 2, ModelVersion = 2 }, Settings with { Sources = [new("other", 3), new("constant", 1)], ModelVersion = 2 },
        Settings with { Sources = [new("query", 5), new("constant", 1)], ModelVersion = 2 },
    ];

    [Theory]
    [MemberData(nameof(Resets))]
    public void Settings_that_make_another_model_start_anew(TrainModel changed)
    {
        var trainer = new LinearSoftmaxTrainer(Settings with { ModelVersion = 2 });
        foreach (var item in Sample.Items(1, 60)) trainer.Learn(item);
        var reset = LinearSoftmaxTrainer.Restore(changed, trainer.SaveState());
        (reset.WasReset, reset.RequestCount, reset.BatchCount, reset.HasBest).Should().Be((true, 0UL, 0UL, false));
        reset.SaveState().Should().Equal(new LinearSoftmaxTrainer(changed).SaveState());
        reset.Learn(Sample.Items(1, 1, changed)[0]).Should().BeOneOf([ItemFate.Learned, ItemFate.HeldOut], "what the dropped state had seen may be learned again");
    }

    public static TheoryData<string, Action<TrainState>> Damages => new()
    {
        { "format", state => state.Format = 2 },
        { "'other'", state => state.Model = "other" },
        { "11 weights", state => state.Last.RemoveAt(0) },
        { "weight 3 is NaN", state => state.Best[3] = float.NaN },
        { "batch", state => state.Batch.Features.Add(1) },
        { "batch has class 3", state => state.Batch.Shown[0] = 3 },
        { "item 0 of its batch", state => state.Batch.Propensity[0] = 0 },
        { "window differ", state => state.Window.Reward.Add(1) },
        { "window has class 9", state => state.Window.Predicted[1] = 9 },
        { "entry 2 of its window", state => state.Window.ShownProbability[2] = double.NaN },
        { "baseline", state => state.Baseline.Mean = double.NaN },
        { "newest event", state => state.NewestEvent.Nanos = -5 },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_state_is_named(string expected, Action<TrainState> damage)
    {
        var state = TrainState.Parser.ParseFrom(Trained(64).SaveState());
        damage(state);
        var restore = () => LinearSoftmaxTrainer.Restore(Settings, state.ToByteArray());
        restore.Should().Throw<InvalidDataException>().WithMessage($"The training state of 'news' is damaged: *{expected}*");
    }

    [Fact]
    public void Flipped_bytes_give_a_working_trainer_or_a_clean_refusal()
    {
        var good = Trained(64).SaveState();
        var refused = 0;
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var bytes = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            for (var flips = random.Next(4); flips >= 0 && bytes.Length > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var trainer = LinearSoftmaxTrainer.Restore(Settings, bytes);
                foreach (var item in Sample.Items(seed, 8)) trainer.Learn(item);
                trainer.Report().WindowSize.Should().Be(40, "of seed {0}", seed);
                trainer.SaveState().Should().NotBeEmpty();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        refused.Should().BeInRange(100, 2_999);
    }

    [Fact]
    public void The_state_of_another_name_is_not_taken() =>
        ((Action)(() => LinearSoftmaxTrainer.Restore(Settings with { Name = ModelName.Parse("video") }, Trained(5).SaveState()))).Should().Throw<InvalidDataException>().WithMessage("*'video'*'news'*");

    private static LinearSoftmaxTrainer Trained(int count)
    {
        var trainer = new LinearSoftmaxTrainer(Settings);
        foreach (var item in Sample.Items(1, count + 2 * Settings.BatchSize).TakeWhile((_, i) => i < count || trainer.BatchFill < 2)) trainer.Learn(item);
        return trainer;
    }
}
