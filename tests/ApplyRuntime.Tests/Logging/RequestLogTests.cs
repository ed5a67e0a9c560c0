using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.EventLog;
using Delivery.EventLog.Reading;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Delivery.TestKit;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.ApplyRuntime.Tests.Logging;

/// <summary>From a decision through segments on the disk to what training reads.</summary>
public sealed class RequestLogTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly Scene _scene = new();
    private readonly TemporaryFolder _events = new();
    private readonly ListBlender _page = new();

    public RequestLogTests() => _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).With("other", FolderBuilder.Choosing("other", 2)).Publish(7);

    public void Dispose()
    {
        _scene.Dispose();
        _events.Dispose();
    }

    [Fact]
    public void What_was_decided_comes_out_of_the_segments_with_every_field()
    {
        ModelRuntime runtime;
        DecisionOutcome outcome;
        using (var writer = OpenLog())
        {
            runtime = Open(writer, Examples.Random());
            outcome = runtime.Decide(Request(), _page);
        }

        var read = Read().Should().ContainSingle().Subject;
        var expected = new RequestData
        {
            RequestId = "r1", Time = Timestamp.FromDateTimeOffset(Now), Model = "news", ModelVersion = 3, ModelSha256 = runtime.Status.Models[0].Content.Hex, RequestCount = 1000,
            Intent = "NEWS", Pivot = 1, Production = 3, Shown = (uint)outcome.Shown, Bundle = "positional_local_random", Propensity = outcome.Propensity, ExploreProbability = 1,
            SaltBucket = outcome.SaltBucket, Locale = "ru", Ui = "touch", Experiment = "exp7", Source = "fast_data", Epoch = 7, Commit = runtime.Status.Commit!.Value.Hex,
            Draw = outcome.Draw.Hash, ClassCount = 4, ConfigHash = Examples.Random().ConfigHash(), SaltMinutes = 30, LocalRadius = 2, UniformShare = 0.05,
        };
        expected.Features.AddRange(Scene.Ones);
        read.Should().Be(expected);
        // No field but the flag of others was left at its default, where a loss would not show.
        RequestData.Descriptor.Fields.InFieldNumberOrder().Where(field => field.Name is not ("features" or "external_random"))
            .Should().OnlyContain(field => field.HasPresence ? field.Accessor.HasValue(read) : !field.Accessor.GetValue(read).Equals(field.Accessor.GetValue(new RequestData())));
    }

    [Fact]
    public void A_decision_without_a_model_and_one_of_somebody_else_come_out_as_they_were()
    {
        using (var writer = OpenLog())
        {
            var runtime = Open(writer, Examples.Random("unborn"));
            runtime.Decide(Request(), _page);
            var changed = runtime.StartOverride().SetFastModelToTrain("NEWS", "news").Build();
            runtime.Decide(Request(new ForeignDraw(2, 0.3, "always_random"), changed), _page);
        }

        var read = Read();
        read.Select(d => (d.Model, d.HasPivot, d.ModelSha256, d.Source, d.Epoch, d.ExternalRandom)).Should().Equal(("unborn", false, "", "fast_data", 7, false), ("news", false, "", "", 0, true));
        (read[1].Bundle, read[1].Propensity, read[1].Draw, read[1].SaltMinutes, read[1].UniformShare, read[1].ConfigHash, read[1].Commit).Should().Be(("always_random", 0.3, 0, 0, 0, 0, ""));
        Replay.Of(read[1]).Should().BeNull("their chance is not known");
    }

    [Fact]
    public void Every_decision_can_be_made_again_from_its_record()
    {
        const int requests = 300;
        var model = Examples.Random() with
        {
            RandomizeParams = new RandomizeParams { RandomizeBundle = "positional_local_random", RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, LocalRadius = 1, UniformShare = 0.2 },
        };
        using (var writer = OpenLog())
        {
            var runtime = Open(writer, model);
            for (var i = 0; i < requests; i++)
            {
                float[] features = [i, 1, -i];
                runtime.Decide(new() { Intent = "NEWS", Features = features, User = $"u{i}", Query = "q", Time = Now.AddSeconds(i) }, _page);
            }
        }

        var read = Read();
        read.Count.Should().BeInRange(requests / 2, requests - 1, "0.61 of them are randomised");
        read.Select(data => data.Shown).Distinct().Should().HaveCount(4, "every class was drawn");
        foreach (var data in read)
        {
            Replay.Of(data).Should().Be(new Replay(true, (int)data.Shown, data.Propensity));
            Pivot(data).Should().Be((int)data.Pivot, "it follows from the features and the file that the record names");
        }
    }

    [Fact]
    public void A_log_that_cannot_keep_up_drops_and_counts_and_holds_up_no_request()
    {
        var nowhere = _events["no directory"];
        File.WriteAllText(nowhere, "in the way");
        const int requests = 50;
        using var writer = new EventLogWriter(nowhere, new EventLogOptions { QueueRecords = 8, CloseTimeout = TimeSpan.Zero });
        var runtime = Open(writer, Examples.Random());

        for (var i = 0; i < requests; i++) runtime.Decide(Request(), _page).Explored.Should().BeTrue();

        _page.Told.Should().HaveCount(requests);
        writer.DroppedFull.Should().Be(requests - 8);
        runtime.Status.DroppedRecords.Should().Be(requests - 8);
        runtime.Status.LostRecords.Should().Be(0, "nothing was thrown");
    }

    [Fact]
    public void Logging_allocates_nothing()
    {
        const int most = 20_000;
        using var writer = new EventLogWriter(_events.Path);
        var runtime = Open(writer, Examples.Random());
        var page = new CountingBlender();
        Decide();

        Allocation.Least(Decide).Should().Be(0);
        (writer.Appended + writer.Dropped).Should().Be(page.Told).And.BePositive();

        void Decide()
        {
            for (var i = 0; i < most; i++) runtime.Decide(Request(), page);
        }
    }

    /// <summary>Its end waits as long as it may take until all is written.</summary>
    private EventLogWriter OpenLog() => new(_events.Path, new EventLogOptions { CloseTimeout = Scene.Patience });

    private int Pivot(RequestData data)
    {
        var file = File.ReadAllBytes(_scene.Builder.PathOf(data.Model));
        FastData.ContentHash.Of(file).Hex.Should().Be(data.ModelSha256);
        var scorer = ModelKind.Find(LinearSoftmax.KindName)!.CreateScorer(ModelLayout.Read(file));
        var scores = new float[scorer.ClassCount];
        scorer.Score(file, [.. data.Features], scores);
        return Scorer.Best(scores);
    }

    private List<RequestData> Read()
    {
        var reader = new EventLogReader(_events.Path, options: new EventLogReaderOptions { Problem = problem => throw new InvalidDataException($"{problem}") });
        var read = new List<RequestData>();
        while (reader.TryRead(out var record)) read.Add(record.Data);
        return read;
    }

    private static DecisionRequest Request(ForeignDraw? foreign = null, ApplyOverride? changed = null) => new()
    {
        Intent = "NEWS", Features = Scene.Ones, RequestId = "r1", User = "u", Query = "q", Time = Now, Locale = "ru", UserInterface = "touch",
        ProductionClass = 3, Experiment = "exp7", Foreign = foreign, Override = changed,
    };

    private ModelRuntime Open(EventLogWriter writer, params ApplyModel[] models) =>
        _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of(models), Decisions = new RequestLog(writer) });
}
