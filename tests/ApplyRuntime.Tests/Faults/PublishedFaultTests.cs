using System.Diagnostics;
using System.Text;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.FastData;
using Delivery.FastData.Acknowledging;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Faults;

/// <summary>What a publisher, a mount or a clock can do to a reader.</summary>
public sealed class PublishedFaultTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("no JSON at all", "no manifest")]
    [InlineData("{\"format\":99,\"epoch\":2}", "format 99")]
    [InlineData("", "no manifest")]
    public void A_corrupt_manifest_that_CURRENT_vouches_for_changes_nothing(string content, string problem)
    {
        Publish(1, "news");
        var runtime = _scene.Open();
        var pointer = _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Prepare(2);
        var bytes = Encoding.ASCII.GetBytes(content);
        File.WriteAllBytes(_scene.Builder.Layout.ManifestPath(pointer.Epoch, pointer.Commit), bytes);
        _scene.Builder.PointTo(pointer with { Manifest = ContentHash.Of(bytes) });

        var status = runtime.Refresh();

        status.Problems.Should().ContainSingle().Which.Message.Should().Contain(problem);
        (status.Epoch, runtime.Decide("news", Scene.Ones).Class).Should().Be((1L, 1));
        Publish(3, "news");
        runtime.Refresh().Problems.Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("CURRENT")]
    [InlineData("manifest")]
    [InlineData("model")]
    [InlineData("a link as CURRENT")]
    public async Task A_pipe_where_a_file_should_be_is_a_problem_and_holds_up_nothing(string what)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Pipes have names in folders on Unix only.");
        Publish(1, "news");
        var runtime = _scene.Open();
        var layout = _scene.Builder.Layout;
        var pointer = _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Prepare(2);
        var path = what switch { "manifest" => layout.ManifestPath(pointer.Epoch, pointer.Commit), "model" => _scene.Builder.PathOf("news"), _ => layout.Current };
        _scene.Builder.PointTo(pointer);
        File.Delete(path);
        var pipe = what.StartsWith("a link", StringComparison.Ordinal) ? path + ".pipe" : path;
        using (var mkfifo = Process.Start("mkfifo", [pipe])) await mkfifo.WaitForExitAsync();
        if (pipe != path) File.CreateSymbolicLink(path, pipe);

        var status = await runtime.RefreshAsync().WaitAsync(Scene.Patience);

        status.Problems.Should().ContainSingle().Which.Message.Should().Contain(path);
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1);
        File.Delete(path);
        Publish(3, "news");
        runtime.Refresh().Problems.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_pipe_among_settings_or_acknowledgements_is_told_and_not_waited_for()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Pipes have names in folders on Unix only.");
        Publish(1, "news");
        using var folder = new TemporaryFolder();
        var pipe = folder["pipe.json"];
        using (var mkfifo = Process.Start("mkfifo", [pipe])) await mkfifo.WaitForExitAsync();

        var runtime = await Task.Run(() => _scene.Open(Scene.OnlyWhenAsked with { ApplyModelsFile = pipe })).WaitAsync(Scene.Patience);
        var read = await Task.Run(() => AcknowledgementFolder.Read(folder.Path)).WaitAsync(Scene.Patience);

        runtime.Status.Configuration.Problems.Should().ContainSingle().Which.Should().StartWith($"{pipe}: It is empty.");
        read.Should().ContainSingle().Which.Problem.Should().Be($"{pipe}: it is empty.");
    }

    [Fact]
    public void A_folder_that_is_moved_away_and_restored_is_followed_on()
    {
        Publish(1, "news");
        var runtime = _scene.Open();
        using var aside = new TemporaryFolder();
        Directory.Move(_scene.Root, aside["away"]);
        runtime.Refresh().Problems.Should().ContainSingle().Which.Message.Should().Contain("it is gone");
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1);

        Directory.Move(aside["away"], _scene.Root);
        var status = runtime.Refresh();
        (status.Problems.Count, status.Epoch, status.Reloads).Should().Be((0, 1L, 1L));
        Publish(2, "news");
        runtime.Refresh().Epoch.Should().Be(2);
    }

    [Fact]
    public void A_model_of_another_shape_takes_effect_and_callers_of_the_old_shape_fall_back()
    {
        Publish(1, "news");
        var runtime = _scene.Open();
        _scene.Builder.With("news", FolderBuilder.Linear("news", 6, 2, (k, _) => k)).Publish(2);
        runtime.Refresh().Problems.Should().BeEmpty();

        runtime.Decide("news", Scene.Ones, fallback: 0).Should().Match<Decision>(d => d.Class == 0 && d.Reason == FallbackReason.WrongFeatureCount);
        runtime.Decide("news", [1, 1], new float[4], fallback: 0).Reason.Should().Be(FallbackReason.TooFewScores);
        runtime.Decide("news", [1, 1]).Class.Should().Be(5);
        runtime.Status.Fallbacks.Should().Match<FallbackCounts>(c => c.WrongFeatureCount == 1 && c.TooFewScores == 1);
    }

    [Fact]
    public void A_model_that_the_configuration_uses_may_be_absent_come_and_go()
    {
        _scene.Builder.With("other", FolderBuilder.Choosing("other", 1)).Publish();
        var entry = Examples.Plain() with { FallBackBlenderPos = 0 };
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([entry]) });
        Shown(runtime).Should().Be((0, FallbackReason.NoModel));

        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        runtime.Refresh();
        Shown(runtime).Should().Be((2, FallbackReason.None));

        _scene.Builder.Without("news").Publish();
        runtime.Refresh();
        Shown(runtime).Should().Be((0, FallbackReason.NoModel));
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public void A_clock_that_jumps_neither_stops_nor_hurries_the_next_try(int days)
    {
        var clock = new SteppedTime();
        var slot = new GenerationSlot(new ThreadCells());
        var log = new ReloadLog(clock);
        var retired = new RetiredGenerations(slot);
        using var reconciler = new Reconciler(new FolderReader(_scene.Builder.Layout), slot, retired, new HeldMemory(slot, retired), log, new RuntimeOptions { Time = clock });
        Publish(1, "news");
        File.Delete(_scene.Builder.PathOf("news"));
        reconciler.Reconcile(force: false);
        log.FailedReloads.Should().Be(1);

        clock.JumpTo(clock.GetUtcNow().AddDays(days));
        reconciler.Reconcile(force: false);
        log.FailedReloads.Should().Be(1, "no time has passed");

        Publish(1, "news");
        clock.Advance(TimeSpan.FromSeconds(1));
        reconciler.Reconcile(force: false).Should().BeTrue();
        slot.Exchange(null)!.Release();
    }

    [Fact]
    public void Of_ten_thousand_models_a_reload_loads_the_ten_that_changed()
    {
        const int Models = 10_000;
        for (var i = 0; i < Models; i++) _scene.Builder.With(Name(i), FolderBuilder.Choosing(Name(i), 1));
        _scene.Builder.Publish();
        var runtime = _scene.Open();
        runtime.Status.Models.Should().HaveCount(Models);
        using var before = runtime.Lease();
        for (var i = 0; i < Models; i += Models / 10) _scene.Builder.With(Name(i), FolderBuilder.Choosing(Name(i), 2));
        _scene.Builder.Publish();

        runtime.Refresh().Problems.Should().BeEmpty();

        using var after = runtime.Lease();
        var changed = 0;
        for (var i = 0; i < Models; i++)
        {
            before.Find(Name(i), out var old).Should().BeTrue();
            after.Find(Name(i), out var loaded).Should().BeTrue();
            if (!ReferenceEquals(old, loaded)) changed++;
        }
        changed.Should().Be(10);
        (runtime.Decide(Name(0), Scene.Ones).Class, runtime.Decide(Name(1), Scene.Ones).Class).Should().Be((2, 1));

        static string Name(int i) => $"model_{i:00000}";
    }

    private static (int Shown, FallbackReason Reason) Shown(ModelRuntime runtime)
    {
        var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones, RequestId = "r1" }, new ListBlender());
        return (outcome.Shown, outcome.Reason);
    }

    private void Publish(long epoch, string name) => _scene.Builder.With(name, FolderBuilder.Choosing(name, (int)long.Min(epoch, 3))).Publish(epoch);
}
