using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Logging;

public sealed class RandomisedLogTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Scene _scene = new();
    private readonly ListSink _sink = new();
    private readonly ListBlender _page = new();

    public RandomisedLogTests() => _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).With("other", FolderBuilder.Choosing("other", 2)).Publish(7);

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Everything_that_a_trainer_and_a_replay_need_is_logged()
    {
        var runtime = Open(Examples.Random());

        var outcome = runtime.Decide(Request(), _page);

        _sink.Decisions.Should().Equal(new LoggedDecision
        {
            RequestId = "r1",
            Time = Now,
            Intent = "NEWS",
            Model = "news",
            ModelVersion = 3,
            Snapshot = runtime.Status.Models[0].Content,
            RequestCount = 1000,
            Source = ModelSource.FastData,
            Epoch = 7,
            Commit = runtime.Status.Commit,
            ConfigHash = Examples.Random().ConfigHash(),
            ClassCount = 4,
            Pivot = 1,
            Production = 3,
            Shown = outcome.Shown,
            Bundle = "positional_local_random",
            Propensity = outcome.Propensity,
            ExploreProbability = 1,
            Hash = outcome.Draw.Hash,
            SaltBucket = outcome.SaltBucket,
            SaltMinutes = 30,
            LocalRadius = 2,
            UniformShare = 0.05,
            Locale = "ru",
            UserInterface = "touch",
            Experiment = "exp7",
        });
        _sink.Features.Should().ContainSingle().Which.Should().Equal(Scene.Ones);
    }

    [Fact]
    public void A_model_that_does_not_exist_yet_is_logged_too_or_it_could_never_be_born()
    {
        Open(Examples.Random("unborn")).Decide(Request(), _page).Explored.Should().BeTrue();

        var logged = _sink.Decisions.Should().ContainSingle().Subject;
        (logged.Model, logged.ModelVersion, logged.Snapshot, logged.RequestCount, logged.Pivot, logged.ClassCount, logged.Propensity).Should().Be(("unborn", 0u, null, 0UL, Decision.NoClass, 4, 0.25));
    }

    [Fact]
    public void What_was_not_left_to_chance_is_not_logged()
    {
        Open(Examples.Plain()).Decide(Request(), _page);
        Open(Examples.Plain() with { UseLocalRandom = true }).Decide(Request(), _page);

        _sink.Decisions.Should().BeEmpty();
        _page.Told.Should().HaveCount(2);
    }

    [Fact]
    public void Foreign_randomisation_is_logged_for_a_model_that_uses_it_and_the_blender_is_left_alone()
    {
        var runtime = Open(Examples.Plain() with { UseLocalRandom = true });

        var outcome = runtime.Decide(Request(new ForeignDraw(2, 0.3, "always_random")), _page);

        (outcome.Untouched, outcome.Shown).Should().Be((UntouchedReason.Foreign, Decision.NoClass));
        _page.Told.Should().BeEmpty();
        var logged = _sink.Decisions.Should().ContainSingle().Subject;
        (logged.Model, logged.Shown, logged.Propensity, logged.Bundle, logged.External, logged.ExploreProbability).Should().Be(("news", 2, 0.3, "always_random", true, 1));
        (logged.Pivot, logged.RequestCount, logged.Epoch, logged.ClassCount, logged.Production, logged.Hash, logged.SaltBucket).Should().Be((1, 1000UL, 7L, 4, 3, 0u, 0L), "the pivot is what the model would have shown");
    }

    [Fact]
    public void Foreign_randomisation_that_no_model_uses_is_not_looked_at()
    {
        var outcome = Open(Examples.Plain()).Decide(Request(new ForeignDraw(2, 0.3)), _page);

        (outcome.Untouched, outcome.Shown).Should().Be((UntouchedReason.None, 1));
        _sink.Decisions.Should().BeEmpty();
    }

    [Fact]
    public void A_model_uses_foreign_randomisation_of_its_own_requests_only()
    {
        var runtime = Open(Examples.Plain() with { UseLocalRandom = true, Locales = ["tr"] }, Examples.Plain("other"));

        runtime.Decide(Request(new ForeignDraw(2, 0.3)), _page).Application!.Name.Value.Should().Be("other");
        runtime.Decide(Request(default(ForeignDraw)), _page).Untouched.Should().Be(UntouchedReason.None, "a draw that nobody made is none");
        _sink.Decisions.Should().BeEmpty();
    }

    [Fact]
    public void The_randomisation_of_one_model_is_foreign_to_another_of_the_same_intent()
    {
        var runtime = Open(Examples.Random() with { ApplyPriority = 2 }, Examples.Plain("other") with { UseLocalRandom = true });

        var outcome = runtime.Decide(Request(), _page);

        _sink.Decisions.Select(d => (d.Model, d.External, d.Pivot, d.Shown, d.Propensity)).Should().Equal(
            ("news", false, 1, outcome.Shown, outcome.Propensity), ("other", true, 2, outcome.Shown, outcome.Propensity));
        _page.Told.Should().ContainSingle();
    }

    [Fact]
    public void FastModelsToTrain_says_who_learns()
    {
        var runtime = Open(Examples.Random() with { ApplyPriority = 2 }, Examples.Plain("other") with { UseLocalRandom = true });
        var changed = runtime.StartOverride().Source("NEWS", """{"FastModelsToTrain":["fresh","news"],"IntentWeightFml":"stub"}""").Build();
        changed.Problems.Should().BeEmpty();

        runtime.Decide(Request(changed: changed), _page);
        runtime.Decide(Request(new ForeignDraw(3, 0.5), changed), _page).Untouched.Should().Be(UntouchedReason.Foreign);

        _sink.Decisions.Select(d => (d.Model, d.External, d.Pivot, d.ClassCount)).Should().Equal(
            ("fresh", true, Decision.NoClass, 4), ("news", false, 1, 4), ("fresh", true, Decision.NoClass, 0), ("news", true, 1, 4));
        var nobody = runtime.StartOverride().Source("NEWS", """{"FastModelsToTrain":[]}""").Build();
        runtime.Decide(Request(changed: nobody), _page).Explored.Should().BeTrue();
        _sink.Decisions.Should().HaveCount(4, "nobody learns");
    }

    [Fact]
    public void A_log_that_fails_fails_no_request_and_is_counted()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Random()]), Decisions = new FailingSink() });

        runtime.Decide(Request(), _page).Explored.Should().BeTrue();

        _page.Told.Should().ContainSingle();
        runtime.Status.LostRecords.Should().Be(1);
    }

    [Theory]
    [InlineData(-1, 0.5)]
    [InlineData(0, 0)]
    [InlineData(0, 1.5)]
    [InlineData(0, double.NaN)]
    public void A_foreign_draw_must_be_possible(int shown, double propensity) =>
        FluentActions.Invoking(() => new ForeignDraw(shown, propensity)).Should().Throw<ArgumentOutOfRangeException>();

    private static DecisionRequest Request(ForeignDraw? foreign = null, ApplyOverride? changed = null) => new()
    {
        Intent = "NEWS", Features = Scene.Ones, RequestId = "r1", User = "u", Query = "q", Time = Now, Locale = "ru", UserInterface = "touch",
        ProductionClass = 3, Experiment = "exp7", Foreign = foreign, Override = changed,
    };

    private ModelRuntime Open(params ApplyModel[] models) => _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of(models), Decisions = _sink });

    private sealed class FailingSink : IDecisionSink
    {
        public void Record(in LoggedDecision decision, ReadOnlySpan<float> features) => throw new IOException("the disk is full");
    }
}
