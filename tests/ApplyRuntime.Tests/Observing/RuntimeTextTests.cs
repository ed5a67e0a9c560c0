using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.EventLog;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

public sealed class RuntimeTextTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Everything_stands_in_it_in_words()
    {
        _scene.Builder.Published = _time.GetUtcNow().AddMinutes(-1);
        var pointer = _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish(7);
        var length = new FileInfo(_scene.Builder.PathOf("news")).Length;
        var content = Path.GetFileName(_scene.Builder.PathOf("news")).Split('.')[1];
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = _time, ApplyModels = ApplyConfiguration.Of([Examples.Plain()]) });
        runtime.Decide("news", Scene.Ones);
        runtime.Decide("absent", Scene.Ones, fallback: 1);
        _time.Advance(TimeSpan.FromSeconds(90));

        runtime.Describe().Should().Be(
            $"""
            Runtime
              folder            {_scene.Root}
              as of             2026-01-01 00:01:30Z
              health            healthy
              state             ready
              looked            2026-01-01 00:00:00Z, 1 min 30 s ago; each 1 h
              signatures        not checked

            Generation
              epoch             7, commit {pointer.Commit}
              published         2025-12-31 23:59:00Z, 2 min 30 s ago
              applied           2026-01-01 00:00:00Z, 1 min 30 s ago
              trained           newest 1 h 1 min ago, oldest 1 h 1 min ago
              memory            {length} B, 0 B of the models in use mapped; 0 older generations held by leases
              reloads           1, 0 failed attempts, 0 of them since the last good one

            Models (1)
              news              {content}, linear_softmax, version 3, 1000 requests, 4 classes, 3 features, trained until 2025-12-31 23:00:00Z, 1 h 1 min ago

            Problems (0)
              last error        none

            Settings
              from              code
              applied           2026-01-01 00:00:00Z, 1 min 30 s ago; 1 model
              changes           1, 0 refused

            Decisions (2)
              class             1 by model
              class             1 by fallback
              fell back         1, no_model

            Told to others
              randomised        not logged
              acknowledged      no

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Models_of_the_settings_that_nobody_delivered_are_named()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Plain("a"), Examples.Plain("b"), Examples.Plain("pulled") with { ModelSource = ModelSource.Rtmr }]) });
        runtime.Describe().Should().Contain("  not delivered     a and b; the settings name what is not in use\n");

        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).With("b", FolderBuilder.Choosing("b", 1)).Publish();
        runtime.Refresh();

        runtime.Describe().Should().NotContain("not delivered");
    }

    [Fact]
    public void Models_of_other_sources_and_the_log_are_told_where_there_are_any()
    {
        using var events = new EventLogWriter(Path.Combine(_scene.Root, "..", "events"));
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { DocumentModels = new DocumentModelOptions(), Decisions = new RequestLog(events) });

        runtime.Describe().Should().Contain("\nModels from documents\n  held              0, 0 B; 0 went to make room\n  taken             0, 0 refused, 0 too long\n")
            .And.Contain("  randomised        logged; 0 dropped by the log, 0 lost to its exceptions\n").And.NotContain("training store");
    }

    [Fact]
    public void What_is_wrong_is_told_at_the_top_and_under_problems()
    {
        Directory.CreateDirectory(_scene.Root);
        _scene.Builder.WriteCurrent("no pointer\n"u8.ToArray());
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = _time });

        var text = runtime.Describe();

        text.Should().Contain("  health            unhealthy\n                    No model is loaded from").And.Contain("  state             waiting for a first generation; decisions fall back\n");
        text.Should().Contain("Problems (1)\n").And.Contain("  runtime           " + runtime.Status.Problems[0].Message).And.Contain("  epoch             none\n");
    }
}
