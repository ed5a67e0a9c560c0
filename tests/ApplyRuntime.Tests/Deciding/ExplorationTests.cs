using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Logging;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Deciding;

/// <summary>Randomised decisions: how many, to which classes, and the same again from their log.</summary>
public sealed class ExplorationTests : IDisposable
{
    private const int Classes = 11;
    private static readonly DateTimeOffset NewYear = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Scene _scene = new();
    private readonly ListBlender _page = new();
    private readonly ListSink _sink = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("positional_random")]
    [InlineData("positional_local_random")]
    [InlineData("positional_local_random_hard")]
    public void Classes_are_shown_as_often_as_their_propensity_says(string bundle)
    {
        const int requests = 50_000;
        var runtime = Open(Random(bundle, probability: 1));
        var shown = new int[Classes];
        var propensities = new double[Classes];
        for (var i = 0; i < requests; i++)
        {
            var outcome = Decide(runtime, $"user{i}", NewYear);
            shown[outcome.Shown]++;
            propensities[outcome.Shown] = outcome.Propensity;
        }
        propensities.Sum().Should().BeApproximately(1, 1e-12, "each class was shown, with the probability that the bundle gives it");
        var chiSquare = shown.Zip(propensities, (count, p) => Math.Pow(count - (requests * p), 2) / (requests * p)).Sum();
        chiSquare.Should().BeLessThan(29.6, "chi-square with 10 degrees of freedom is above 29.6 once in a thousand times");
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(0)]
    public void So_many_are_randomised_as_the_probability_says_and_those_alone_are_logged(double probability)
    {
        const int requests = 20_000;
        var runtime = Open(Random("positional_local_random", probability));
        var explored = 0;
        for (var i = 0; i < requests; i++)
        {
            var outcome = Decide(runtime, $"user{i}", NewYear);
            outcome.ExploreProbability.Should().Be(probability);
            if (outcome.Explored) explored++;
            else (outcome.Shown, outcome.Propensity).Should().Be((2, 1));
        }
        explored.Should().BeInRange((int)((probability - 0.015) * requests), (int)((probability + 0.015) * requests), "four standard deviations are 0.015 at most");
        _sink.Decisions.Should().HaveCount(explored);
        _page.Told.Should().HaveCount(requests);
    }

    [Fact]
    public void A_young_model_is_randomised_always_and_an_older_one_as_the_formula_says()
    {
        var settings = Random("positional_random", 0) with
        {
            RandomizeParams = new() { RandomizeBundle = "positional_random", RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, MinRandomProb = 0.05, FullRandomReqCount = 10_000 },
        };
        var runtime = Open(settings, requestCount: 9_999);
        Decide(runtime, "u", NewYear).ExploreProbability.Should().Be(1);

        Publish(requestCount: 10_000);
        runtime.Refresh();
        Decide(runtime, "u", NewYear).ExploreProbability.Should().Be(20.0 / 101);

        Publish(requestCount: 100);
        runtime.Refresh();
        Decide(runtime, "u", NewYear).ExploreProbability.Should().Be(1, "the count went backwards, as after a reset");
    }

    [Fact]
    public void The_same_user_and_query_see_the_same_page_until_the_salt_changes()
    {
        var runtime = Open(Random("positional_random", 1));
        for (var user = 0; user < 50; user++)
        {
            var first = Decide(runtime, $"u{user}", NewYear);
            Decide(runtime, $"u{user}", NewYear.AddMinutes(29.9)).Shown.Should().Be(first.Shown);
            Decide(runtime, $"u{user}", NewYear.AddMinutes(30)).Draw.Should().NotBe(first.Draw);
        }
    }

    [Fact]
    public void Who_is_nobody_and_asks_nothing_is_drawn_by_the_request()
    {
        var runtime = Open(Random("positional_random", 1));

        var hashes = Enumerable.Range(0, 20).Select(i => runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, RequestId = $"r{i}" }, _page).Draw.Hash);

        hashes.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Without_a_time_of_its_own_a_request_takes_the_clock_of_the_runtime()
    {
        var clock = new ManualTime(NewYear);
        var runtime = Open(Random("positional_random", 1), clock: clock);
        runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones }, _page).SaltBucket.Should().Be(981792);

        clock.Advance(TimeSpan.FromMinutes(30));

        runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones }, _page).SaltBucket.Should().Be(981793);
    }

    [Fact]
    public void A_decision_can_be_made_again_from_its_log_and_the_file_of_the_model()
    {
        var settings = Random("positional_local_random_hard", 0.5);
        var file = File(requestCount: 1000);
        var runtime = Open(settings);
        var features = new float[3];
        var random = new Random(20260101);
        for (var i = 0; i < 500; i++)
        {
            for (var f = 0; f < features.Length; f++) features[f] = (random.NextSingle() * 2) - 1;
            runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = features, User = $"u{i}", Query = "погода", Time = NewYear.AddMinutes(7 * i) }, _page);
        }

        _sink.Decisions.Should().HaveCountGreaterThan(150);
        for (var i = 0; i < _sink.Decisions.Count; i++)
        {
            var logged = _sink.Decisions[i];
            var draw = new Draw(logged.Hash);
            draw.Explore.Should().BeLessThan(logged.ExploreProbability);
            settings.RandomizeParams!.ExploreProbability(logged.RequestCount).Should().Be(logged.ExploreProbability);
            Draw.SaltBucket(logged.Time, logged.SaltMinutes).Should().Be(logged.SaltBucket);
            var scores = new float[logged.ClassCount];
            ModelKind.Find("linear_softmax")!.CreateScorer(ModelLayout.Read(file)).Score(file, _sink.Features[i], scores);
            Scorer.Best(scores).Should().Be(logged.Pivot);
            var distribution = new double[logged.ClassCount];
            Bundle.Create(logged.Bundle, 2, 0.05).Fill(logged.Pivot, distribution);
            Bundle.Sample(distribution, draw.Choose).Should().Be(logged.Shown);
            distribution[logged.Shown].Should().Be(logged.Propensity, "to the bit");
        }
    }

    [Fact]
    public void Two_runtimes_decide_the_same()
    {
        var settings = Random("positional_local_random", 0.3);
        var (one, two) = (Open(settings), Open(settings, publish: false));
        for (var i = 0; i < 200; i++) Decide(one, $"u{i}", NewYear).Should().Be(Decide(two, $"u{i}", NewYear));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(1000)] // beyond the stack
    public void A_decision_allocates_nothing(int classes)
    {
        _scene.Builder.With("news", FolderBuilder.Linear("news", classes, 601, (k, f) => k + f)).Publish();
        var explored = new ApplyModel { Name = Models.ModelName.Parse("news"), Intent = "NEWS", ModelSource = ModelSource.FastData, RandomizeParams = new() { RandomizeBundle = "positional_local_random", MinRandomProb = 0.5 } };
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([explored, Examples.Plain("absent", "OTHER")]), Decisions = new CountingSink() });
        var changed = runtime.StartOverride().SetFastModelToApply("NEWS", "news").SetFastModelToTrain("NEWS", "news").SetFastModelToTrain("NEWS", "video").Build();
        var (page, features) = (new SilentBlender(), Scene.OnesOf(601));
        Run(300); // the first calls of a method and of the pool may allocate

        var randomised = 0;
        Allocation.Least(() => randomised = Run(1000)).Should().Be(0);

        randomised.Should().BeInRange(700, 1300, "half of 2000");

        int Run(int times)
        {
            var count = 0;
            for (var i = 0; i < times; i++)
            {
                var time = NewYear.AddHours(i);
                if (runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = features, User = "user", Query = "погода в Москве", Time = time }, page).Explored) count++;
                if (runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = features, User = "other", Time = time, Override = changed }, page).Explored) count++;
                runtime.Decide(new DecisionRequest { Intent = "OTHER", Features = features, Time = time }, page);
                runtime.Decide(new DecisionRequest { Intent = "NOTHING", Features = features, Time = time }, page);
            }
            return count;
        }
    }

    private static ApplyModel Random(string bundle, double probability) =>
        Examples.Plain() with { ClassNumber = Classes, RandomizeParams = new() { RandomizeBundle = bundle, MinRandomProb = probability } };

    private static byte[] File(ulong requestCount) => FolderBuilder.Linear("news", Classes, 3, (k, f) => k == 2 ? 1 : (((k * 7) + (f * 5)) % 11 / 12f), requestCount);

    private void Publish(ulong requestCount) => _scene.Builder.With("news", File(requestCount)).Publish();

    private ModelRuntime Open(ApplyModel settings, ulong requestCount = 1000, TimeProvider? clock = null, bool publish = true)
    {
        if (publish) Publish(requestCount);
        return _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([settings]), Decisions = _sink, Time = clock ?? TimeProvider.System });
    }

    private DecisionOutcome Decide(ModelRuntime runtime, string user, DateTimeOffset time) =>
        runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, User = user, Query = "weather", Time = time }, _page);

    private sealed class SilentBlender : IBlender
    {
        public bool HasIntent(string intent) => true;
        public bool HasDocument(string intent) => true;
        public void SetIntentPosition(string intent, int position, int priority) { }
    }
}
