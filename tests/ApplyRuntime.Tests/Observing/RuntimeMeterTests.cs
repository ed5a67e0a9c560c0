using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

public sealed partial class RuntimeMeterTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Decisions_are_counted_by_source_and_outcome_and_fallbacks_by_reason()
    {
        using var readings = new MeterReadings(_scene.Root);
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Plain()]) });
        var request = new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, RequestId = "r" };

        runtime.Decide("news", Scene.Ones);
        runtime.Decide("news", Scene.Ones, new float[4]);
        runtime.Decide("absent", Scene.Ones, fallback: 1);
        runtime.Decide("absent", Scene.Ones);
        runtime.Decide(request, new ListBlender());
        runtime.Decide(new DecisionRequest { Intent = "OTHER", Features = Scene.Ones }, new ListBlender());

        var values = readings.Collect();
        values.Where(value => value.Key.StartsWith("decisions{", StringComparison.Ordinal)).Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["decisions{source=model,outcome=class}"] = 2,
            ["decisions{source=fallback,outcome=class}"] = 1,
            ["decisions{source=none,outcome=class}"] = 1,
            ["decisions{source=model,outcome=shown}"] = 1,
            ["decisions{source=none,outcome=untouched}"] = 1,
        });
        values["fallbacks{reason=no_model}"].Should().Be(2);
        values["fallbacks{reason=not_finite}"].Should().Be(0, "a reason that never occurred is there, so that a rate can be asked for");
        runtime.Status.Decisions.Sum(count => count.Count).Should().Be(6);
    }

    [Fact]
    public void Every_reason_is_counted()
    {
        using var readings = new MeterReadings(_scene.Root);
        var runtime = _scene.Open();

        runtime.Status.Fallbacks.ByReason().Select(count => count.Reason).Should().Equal(Enum.GetValues<FallbackReason>().Where(reason => reason != FallbackReason.None));
        readings.Collect().Keys.Count(name => name.StartsWith("fallbacks{", StringComparison.Ordinal)).Should().Be(runtime.Status.Fallbacks.ByReason().Count());
    }

    [Fact]
    public void The_table_of_the_page_has_every_instrument_with_its_kind_and_unit_and_no_other()
    {
        using var readings = new MeterReadings(_scene.Root);
        _scene.Open(Scene.OnlyWhenAsked with { ModelAges = 1, ReportLeasesAfter = TimeSpan.FromSeconds(1) });

        InstrumentTable().Select(row => (row[0].Trim('`'), row[1])).Should().BeEquivalentTo(readings.Instruments.Select(instrument => (instrument.Name, KindOf(instrument))));
    }

    [Fact]
    public void The_table_of_the_page_has_every_value_of_the_tags()
    {
        var tags = InstrumentTable().ToDictionary(row => row[0].Trim('`'), row => Quoted().Matches(row[2]).Select(match => match.Groups["text"].Value).ToList());

        tags["delivery.apply.decisions"].Should().BeEquivalentTo(["source", .. Names<DecisionSource>(), "outcome", .. Names<DecisionResult>()]);
        tags["delivery.apply.fallbacks"].Should().BeEquivalentTo(["reason", .. Names<FallbackReason>().Except(["none"])]);
    }

    [Fact]
    public void Ages_are_counted_to_now_and_one_that_is_not_known_has_no_value()
    {
        using var readings = new MeterReadings(_scene.Root);
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = _time, ModelAges = 1 });
        readings.Collect().Keys.Where(name => name.Contains("_age", StringComparison.Ordinal)).Should().Equal("checked_age");

        _scene.Builder.Published = _time.GetUtcNow().AddMinutes(-10);
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).With("b", FolderBuilder.Choosing("b", 1)).Publish(7);
        runtime.Refresh();
        _time.Advance(TimeSpan.FromMinutes(1));

        var values = readings.Collect();
        (values["trained_age.newest"], values["trained_age.oldest"], values["published_age"], values["applied_age"], values["checked_age"]).Should().Be((3660, 3660, 660, 60, 60));
        values.Keys.Where(name => name.StartsWith("model.trained_age", StringComparison.Ordinal)).Should().Equal("model.trained_age{model=a}");
        (values["epoch"], values["models"], values["reloads"], values["failed_reloads"], values["consecutive_failures"], values["retired_generations"]).Should().Be((7, 2, 1, 0, 0, 0));
        values["held_bytes"].Should().Be(new FileInfo(_scene.Builder.PathOf("a")).Length + new FileInfo(_scene.Builder.PathOf("b")).Length);
        values["health"].Should().Be(0);
    }

    [Fact]
    public void A_lease_holds_an_older_generation_and_its_bytes_and_both_are_seen()
    {
        using var readings = new MeterReadings(_scene.Root);
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        var runtime = _scene.Open();
        var bytes = readings.Collect()["held_bytes"];

        using (runtime.Lease())
        {
            _scene.Builder.With("a", FolderBuilder.Choosing("a", 2)).Publish();
            runtime.Refresh();
            var during = readings.Collect();
            (during["retired_generations"], during["held_bytes"]).Should().Be((1, 2 * bytes));
        }
        runtime.Refresh();

        var after = readings.Collect();
        (after["retired_generations"], after["held_bytes"]).Should().Be((0, bytes));
    }

    [Fact]
    public void Reloads_are_timed_by_result_and_failures_in_a_row_are_counted_until_one_succeeds()
    {
        using var readings = new MeterReadings(_scene.Root);
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = _time });
        var good = _scene.Builder.With("a", FolderBuilder.Choosing("a", 2)).Prepare(2);
        var path = _scene.Builder.PathOf("a");
        var file = File.ReadAllBytes(path);
        File.Delete(path);
        _scene.Builder.PointTo(good);

        runtime.Refresh();
        _time.Advance(TimeSpan.FromMinutes(1));
        runtime.Refresh();
        var during = readings.Collect();
        var status = runtime.Status;
        File.WriteAllBytes(path, file);
        runtime.Refresh();
        var after = readings.Collect();

        (during["consecutive_failures"], during["failed_reloads"], during["problems"]).Should().Be((2, 2, 1));
        (status.AsOf - status.ProblemsSince).Should().Be(TimeSpan.FromMinutes(1), "it counts from the first failure of the row");
        (after["consecutive_failures"], after["failed_reloads"], after["problems"]).Should().Be((0, 2, 0));
        runtime.Status.ProblemsSince.Should().BeNull();
        readings.Times.Where(time => time.Name.StartsWith("reload.", StringComparison.Ordinal)).Select(time => time.Name).Should()
            .HaveCount(4).And.StartWith("reload.duration{result=applied}").And.EndWith("reload.duration{result=applied}").And.Contain("reload.duration{result=partial}");
        readings.Times.Should().OnlyContain(time => time.Value > 0 && time.Value < 60);
    }

    [Fact]
    public void One_decision_in_1024_is_timed_while_somebody_listens()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        var runtime = _scene.Open();
        const int decisions = 400_000;
        for (var i = 0; i < 5000; i++) runtime.Decide("news", Scene.Ones);

        using var readings = new MeterReadings(_scene.Root);
        for (var i = 0; i < decisions; i++) runtime.Decide("news", Scene.Ones);

        var times = readings.Times;
        times.Should().HaveCountGreaterThan(decisions / 1024 / 2).And.HaveCountLessThanOrEqualTo((decisions / 1024) + Environment.ProcessorCount);
        times.Should().OnlyContain(time => time.Name == "decision.duration{call=class}" && time.Value > 0);
    }

    [Fact]
    public void Instruments_have_units_and_words_and_go_with_their_runtime()
    {
        using var readings = new MeterReadings(_scene.Root);
        var runtime = _scene.Open();

        readings.Instruments.Should().HaveCount(22);
        readings.Instruments.Where(instrument => string.IsNullOrEmpty(instrument.Description)).Select(instrument => instrument.Name).Should().BeEmpty();
        readings.Instruments.Where(instrument => instrument.Name.Contains("_age", StringComparison.Ordinal) || instrument.Name.EndsWith("duration", StringComparison.Ordinal))
            .Select(instrument => instrument.Unit).Should().OnlyContain(unit => unit == "s");
        runtime.Dispose();
        readings.Collect().Should().BeEmpty("a closed runtime would be measured for ever");
    }

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(Words.Snake);

    private static string KindOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name switch
        {
            "ObservableCounter`1" => "counter",
            "ObservableGauge`1" => "gauge",
            "Histogram`1" => "histogram",
            var other => other,
        };
        return instrument.Unit is null or ['{', ..] ? kind : $"{kind}, {instrument.Unit}"; // one in braces counts things, and says only which
    }

    /// <summary>The cells of the rows of docs/observe.md whose first cell names an instrument.</summary>
    private static List<string[]> InstrumentTable() =>
        [.. File.ReadLines(PagePath()).Where(line => line.StartsWith("| `delivery.apply.", StringComparison.Ordinal)).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    private static string PagePath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Delivery.sln"))) return Path.Combine(folder.FullName, "docs", "observe.md");
        }
        throw new InvalidOperationException("Delivery.sln was not found above the tests.");
    }

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();
}
