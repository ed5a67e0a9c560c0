using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.FastData;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

public sealed class RuntimeHealthTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly RuntimeProblem Problem = new(ModelName.Parse("b"), "b.pb: it is gone.");

    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Fresh_models_a_looking_loader_and_no_problem_are_healthy()
    {
        var health = Of(Well());

        (health.Level, health.ToString(), health.AsOf).Should().Be((HealthLevel.Healthy, "Healthy", Now));
    }

    public static TheoryData<string, RuntimeStatus, HealthLimits, HealthLevel, string> Matrix { get; } = new()
    {
        { "closed", Well() with { State = RuntimeState.Closed }, new(), HealthLevel.Unhealthy, "The runtime is closed." },
        { "waiting", Well() with { State = RuntimeState.Waiting, Models = [] }, new(), HealthLevel.Unhealthy, "No model is loaded from /f." },
        { "waiting, and why", Well() with { State = RuntimeState.Waiting, Models = [], NothingYet = "there is no such folder." }, new(), HealthLevel.Unhealthy, "No model is loaded from /f: there is no such folder." },
        { "waiting, with a problem", Well() with { State = RuntimeState.Waiting, Models = [], Problems = [Problem] }, new(), HealthLevel.Unhealthy, "No model is loaded from /f: b: b.pb: it is gone." },
        { "no model", Well() with { Models = [] }, new(), HealthLevel.Unhealthy, "The generation in use has no model." },
        { "required", Well(), new() { RequiredModels = [ModelName.Parse("a"), ModelName.Parse("c")] }, HealthLevel.Unhealthy, "c is not loaded, and required." },
        { "trained too long ago", Well(trainedAgo: 7), new(), HealthLevel.Degraded, "a was trained until 7 h ago; at most 6 h are allowed." },
        { "unusable", Well(trainedAgo: 30), new() { UnusableTrainedAge = TimeSpan.FromDays(1) }, HealthLevel.Unhealthy, "a was trained until 1 d 6 h ago; at most 1 d are allowed." },
        { "published", Well() with { PublishedAt = Now.AddHours(-3) }, new() { MaxPublishedAge = TimeSpan.FromHours(2) }, HealthLevel.Degraded, "The generation in use was published 3 h ago; at most 2 h are allowed." },
        { "hangs", Well() with { CheckedAt = Now.AddMinutes(-2) }, new(), HealthLevel.Degraded, "The loader last looked at CURRENT 2 min ago: it hangs, in the file system or in a handler." },
        { "failures", Well() with { ConsecutiveFailures = 4, LastError = new("disk", Now) }, new(), HealthLevel.Degraded, "4 reloads failed one after the other; the last: disk" },
        { "failures, and another error since", Well() with { ConsecutiveFailures = 4, Problems = [new(null, "disk")], LastError = new("a listener", Now) }, new(), HealthLevel.Degraded, "4 reloads failed one after the other; the last: disk" },
        { "problem", Well() with { Problems = [Problem, Problem], ProblemsSince = Now.AddMinutes(-6) }, new(), HealthLevel.Degraded, "Not all that is published is in use, for 6 min: b.pb: it is gone. (1 more.)" },
        { "never settings", Well() with { Configuration = new ConfigurationStatus { File = "f.json", Problems = ["f.json: no JSON."] } }, new(), HealthLevel.Unhealthy, "No settings could ever be used: f.json: no JSON." },
        { "settings", Well() with { Configuration = new ConfigurationStatus { File = "f.json", AppliedAt = Now, Problems = ["f.json: no JSON."] } }, new(), HealthLevel.Degraded, "The newest settings are not in use: f.json: no JSON." },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void What_is_wrong_is_told_with_its_level(string because, RuntimeStatus status, HealthLimits limits, HealthLevel level, string reason)
    {
        var health = RuntimeHealth.Of(status, limits, Poll);

        health.Level.Should().Be(level, because);
        health.Reasons.Should().Equal(reason);
    }

    [Fact]
    public void The_worst_level_counts_and_stands_first()
    {
        var health = RuntimeHealth.Of(Well(trainedAgo: 7), new HealthLimits { RequiredModels = [ModelName.Parse("c"), ModelName.Parse("d")] }, Poll);

        health.Level.Should().Be(HealthLevel.Unhealthy);
        health.Reasons.Should().HaveCount(2).And.StartWith("c and d are not loaded, and required.");
    }

    [Theory]
    [InlineData(6, 0, 60, 3, 300, HealthLevel.Healthy)]
    [InlineData(6, 1, 60, 3, 300, HealthLevel.Degraded)]
    [InlineData(6, 0, 61, 3, 300, HealthLevel.Degraded)]
    [InlineData(6, 0, 60, 4, 300, HealthLevel.Degraded)]
    [InlineData(6, 0, 60, 3, 301, HealthLevel.Degraded)]
    public void A_limit_is_reached_only_beyond_it(int trainedHours, int moreSeconds, int checkedSeconds, int failures, int problemSeconds, HealthLevel level)
    {
        var status = Well(trainedHours, moreSeconds) with
        {
            CheckedAt = Now.AddSeconds(-checkedSeconds),
            ConsecutiveFailures = failures,
            Problems = [Problem],
            ProblemsSince = Now.AddSeconds(-problemSeconds),
        };

        Of(status).Level.Should().Be(level);
    }

    [Fact]
    public void A_limit_of_null_is_off_and_a_slow_poll_is_no_hang()
    {
        var old = Well(trainedAgo: 1000) with { CheckedAt = Now.AddHours(-1.5), ConsecutiveFailures = 99, Problems = [Problem], ProblemsSince = Now.AddDays(-1) };

        RuntimeHealth.Of(old, new HealthLimits { MaxTrainedAge = null, MaxCheckedAge = null, MaxConsecutiveFailures = null, MaxProblemAge = null }, Poll).Level.Should().Be(HealthLevel.Healthy);
        RuntimeHealth.Of(Well() with { CheckedAt = Now.AddHours(-1.5) }, new HealthLimits(), TimeSpan.FromHours(1)).Level.Should().Be(HealthLevel.Healthy);
    }

    [Fact]
    public void A_model_that_does_not_say_until_when_it_was_trained_is_passed_over()
    {
        var status = Well();

        Of(status with { Models = [status.Models[0] with { TrainedUntil = null }] }).Level.Should().Be(HealthLevel.Healthy);
    }

    [Fact]
    public void A_runtime_goes_from_unhealthy_to_healthy_to_degraded_as_its_folder_does()
    {
        var time = new ManualTime();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = time });
        var empty = runtime.Health();
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        runtime.Refresh();
        var loaded = runtime.Health();
        time.Advance(TimeSpan.FromHours(8));
        runtime.Refresh();
        var old = runtime.Health();

        (empty.Level, loaded.Level, old.Level).Should().Be((HealthLevel.Unhealthy, HealthLevel.Healthy, HealthLevel.Degraded));
        old.ToString().Should().Be("Degraded: a was trained until 9 h ago; at most 6 h are allowed.");
        runtime.Dispose();
        runtime.Health().Level.Should().Be(HealthLevel.Unhealthy);
    }

    [Fact]
    public void Limits_that_cannot_be_meant_are_told()
    {
        var options = new RuntimeOptions
        {
            Health = new HealthLimits { MaxTrainedAge = TimeSpan.FromHours(2), UnusableTrainedAge = TimeSpan.FromHours(1), MaxCheckedAge = TimeSpan.Zero, MaxConsecutiveFailures = -1 },
            ModelAges = -1,
            AcknowledgementHeartbeat = TimeSpan.Zero,
        };

        options.Problems().Should().HaveCount(5).And.Contain("Health.UnusableTrainedAge is 01:00:00; it must be at least MaxTrainedAge, which is 02:00:00.");
    }

    private static RuntimeHealth Of(RuntimeStatus status) => RuntimeHealth.Of(status, new HealthLimits(), Poll);

    private static RuntimeStatus Well(int trainedAgo = 1, int moreSeconds = 0) => new()
    {
        Folder = "/f",
        State = RuntimeState.Ready,
        AsOf = Now,
        CheckedAt = Now,
        Epoch = 1,
        PublishedAt = Now.AddMinutes(-5),
        AppliedAt = Now.AddMinutes(-4),
        Models = [new ModelStatus(ModelName.Parse("a"), "linear_softmax", ContentHash.Of([1]), 1, 1, Now.AddHours(-trainedAgo).AddSeconds(-moreSeconds), null, 2, 3)],
    };
}
