using Delivery.Models;
using Delivery.Training.Settings;

namespace Delivery.Training.Tests.Settings;

public sealed class TrainModelTests
{
    private static readonly TrainModel Settings = Sample.Settings;

    [Fact]
    public void The_hash_is_fixed() => Settings.ConfigHash().Should().Be(ExpectedHash, "models in the field carry it");

    [Fact]
    public void Settings_that_make_another_model_change_the_hash()
    {
        TrainModel[] others =
        [
            Settings with { ClassNumber = 4 }, Settings with { ModelVersion = 1 }, Settings with { ModelType = "linear_winloss_mc" },
            Settings with { Intent = "VIDEO" }, Settings with { SurplusVersion = 2 }, Settings with { Sources = [new("query", 2), new("constant", 1)] },
            Settings with { Sources = [new("constant", 1), new("query", 3)] }, Settings with { Sources = [new("queries", 3), new("constant", 1)] },
        ];
        others.Select(o => o.ConfigHash()).Append(Settings.ConfigHash()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Settings_that_apply_in_place_keep_the_hash()
    {
        var other = Settings with
        {
            Name = ModelName.Parse("other"), BatchSize = 9, LearningRate = 0.02, RegValue = 0.5, EvaluateWindowSize = 7, Locales = ["ru"], UserInterfaces = ["touch"],
            ClickBoost = 1, UseLocalRandom = true, Objective = TrainingObjective.IpsCrossEntropy, HoldoutShare = 0.3, WeightClip = 5, BaselineDecay = 0.5,
        };
        other.ConfigHash().Should().Be(Settings.ConfigHash());
    }

    [Fact]
    public void The_remembered_requests_follow_the_window_and_may_not_fall_below_it()
    {
        (Settings with { EvaluateWindowSize = 100_000 }).RememberedRequests.Should().Be(200_000);
        (Settings with { EvaluateWindowSize = 100, RememberedRequests = 199 }).Problems().Should().ContainSingle().Which.Key.Should().Be("RememberedRequests");
        (Settings with { EvaluateWindowSize = 100, RememberedRequests = 200 }).Problems().Should().BeEmpty();
    }

    [Fact]
    public void Good_settings_have_no_problems() => Settings.Problems().Should().BeEmpty();

    private const ulong ExpectedHash = 0xF47862B3E27DE7F7;
}
