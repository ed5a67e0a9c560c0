using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.EventLog;
using Delivery.EventLog.Reading;
using Delivery.Models.Wire;
using Delivery.TestKit;
using Delivery.Training.Trainers;
using Xunit.Abstractions;

namespace Delivery.Training.Tests;

/// <summary>What a search process logged has all that the joining with sessions and the learning need.</summary>
public sealed class RequestDataTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 50;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_record_has_a_key_of_its_own_for_the_join_and_what_is_its_time()
    {
        Log();

        var read = Read();

        read.Should().HaveCount(2 * Requests, "one for the model that randomised, one for the model that learns from others");
        read.Select(data => (data.RequestId, data.Model)).Should().OnlyHaveUniqueItems("request and model are the key of a pool item");
        read.GroupBy(data => data.RequestId, StringComparer.Ordinal).Should().OnlyContain(of => of.Select(d => d.Shown).Distinct().Count() == 1, "one page was shown, whoever learns from it");
        read.Should().OnlyContain(data => data.Time != null && data.Intent == "NEWS_WIZARD" && data.Experiment == "exp7" && data.ClassCount == 3);
        output.WriteLine($"{read.Select(data => data.RequestId).Distinct().Count()} requests, models {string.Join(' ', read.Select(data => data.Model).Distinct())}");
    }

    [Fact]
    public void With_an_outcome_each_record_becomes_an_item_that_its_model_learns_from()
    {
        Log();
        var random = new Random(3);

        foreach (var data in Read().Where(data => data.Model == Sample.Settings.Name.Value))
        {
            var item = new PoolItem
            {
                Model = data.Model, RequestId = data.RequestId, EventTime = data.Time, Features = { data.Features }, Shown = data.Shown, Propensity = data.Propensity,
                Reward = random.Next(2), SurplusVersion = (uint)Sample.Settings.SurplusVersion,
            };
            if (data.HasPivot) item.Pivot = data.Pivot;
            if (data.HasProduction) item.Production = data.Production;

            ItemFilter.Refusal(item, Sample.Settings, data.Features.ToArray()).Should().BeNull();
        }
    }

    /// <summary>No model is there yet: these are the first items that the first model is made of.</summary>
    private void Log()
    {
        var random = new Random(11);
        var applied = new ApplyModel
        {
            Name = Sample.Settings.Name, Intent = Sample.Settings.Intent, ModelSource = ModelSource.FastData, ApplyCondition = ApplyCondition.Always, ApplyPriority = 2,
            ClassNumber = Sample.Settings.ClassNumber, FallBackBlenderPos = 1, RandomizeParams = new RandomizeParams { RandomizeBundle = "positional_local_random", MinRandomProb = 1 },
        };
        var learner = applied with { Name = Models.ModelName.Parse("news_too"), ApplyPriority = 1, RandomizeParams = null, UseLocalRandom = true };
        using var log = new EventLogWriter(_folder["events"], new EventLogOptions { CloseTimeout = TimeSpan.FromMinutes(5) }); // all is read when it is closed
        using var runtime = ModelRuntime.Open(_folder["fast-data"], new RuntimeOptions { ApplyModels = ApplyConfiguration.Of([applied, learner]), Decisions = new RequestLog(log) });
        for (var i = 0; i < Requests; i++)
        {
            float[] features = [random.NextSingle(), random.NextSingle(), random.NextSingle(), 1];
            var request = new DecisionRequest
            {
                Intent = Sample.Settings.Intent, Features = features, RequestId = $"r{i}", User = $"u{i % 7}", Query = "q", Time = Sample.Start.AddSeconds(i), ProductionClass = 0, Experiment = "exp7",
            };
            runtime.Decide(request, new PageBlender<string>([]));
        }
    }

    private List<RequestData> Read()
    {
        var reader = new EventLogReader(_folder["events"]);
        var read = new List<RequestData>();
        while (reader.TryRead(out var record)) read.Add(record.Data);
        reader.Problems.Should().Be(0);
        return read;
    }
}
