using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>
/// What the model pool of ML.NET (PredictionEnginePool with a watched file) gets wrong, done here. Each test says what happens there, as its
/// source of June 2026 reads.
/// </summary>
public sealed class ComparisonTests : IDisposable
{
    private static readonly RuntimeOptions ByEventsAlone = new() { PollInterval = TimeSpan.FromHours(1) };
    private static readonly RuntimeOptions ByPollAlone = new() { UseFileEvents = false, PollInterval = TimeSpan.FromMilliseconds(10), RetryAfter = TimeSpan.FromMilliseconds(10), RetryAtMost = TimeSpan.FromMilliseconds(10) };
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    /// <summary>There: only the event Changed is subscribed, and a rename raises Renamed or Created. The safe way to publish is never seen.</summary>
    [Fact]
    public async Task A_publish_by_rename_over_is_seen()
    {
        Publish(best: 1);
        var runtime = _scene.Open(ByEventsAlone);

        Publish(best: 2);

        await DecidesAsync(runtime, 2);
    }

    /// <summary>There: the reload token is changed before the load. When that throws, the token never fires again, and the pool is stale for ever and silent.</summary>
    [Fact]
    public async Task One_failed_load_is_told_and_the_next_generation_is_loaded_all_the_same()
    {
        Publish(best: 1);
        var runtime = _scene.Open(ByPollAlone);
        _scene.Builder.With("news", [0xff, 0xff, 0xff]).Publish();
        await Scene.UntilAsync(() => runtime.Status.Problems.Count == 1);
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1);

        Publish(best: 2);

        await DecidesAsync(runtime, 2);
        runtime.Refresh().Problems.Should().BeEmpty("the status of a swap comes after it");
    }

    /// <summary>There: a file that is copied in raises an event for its first part, which is loaded as it is then; what throws ends all reloading.</summary>
    [Fact]
    public async Task A_file_that_is_copied_in_part_by_part_is_used_when_it_is_whole_and_not_before()
    {
        Publish(best: 1);
        var runtime = _scene.Open(ByPollAlone);
        var pointer = _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Prepare(2);
        var path = _scene.Builder.PathOf("news");
        var whole = File.ReadAllBytes(path);
        File.Delete(path);
        _scene.Builder.PointTo(pointer);
        foreach (var part in whole.Chunk(1 + (whole.Length / 8)))
        {
            var failed = runtime.Status.FailedReloads;
            await Scene.UntilAsync(() => runtime.Status.FailedReloads > failed);
            runtime.Decide("news", Scene.Ones).Class.Should().Be(1);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            file.Write(part);
        }

        await DecidesAsync(runtime, 2);
        await Scene.UntilAsync(() => runtime.Status.Problems.Count == 0);
    }

    /// <summary>There: writing in place raises one event a chunk, each of which starts a load, possibly of old bytes mixed with new ones.</summary>
    [Fact]
    public void A_live_file_that_is_written_over_in_place_is_never_half_used()
    {
        Publish(best: 1);
        var runtime = _scene.Open();
        var path = _scene.Builder.PathOf("news");
        var other = FolderBuilder.Choosing("news", 2);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            foreach (var part in other.Chunk(64))
            {
                file.Write(part);
                file.Flush(flushToDisk: true);
                runtime.Refresh().Problems.Should().BeEmpty();
                runtime.Decide("news", Scene.Ones).Class.Should().Be(1, "its copy is its own");
            }
        }

        var late = _scene.Open();
        late.Status.Problems.Should().ContainSingle().Which.Message.Should().Contain("its SHA-256 is");
        late.Decide("news", Scene.Ones).Reason.Should().Be(FallbackReason.NoModel, "a file that is not what was published is not used");
    }

    /// <summary>There, and wherever time and size of a file decide: a rollback that restores the older file with its older time is no change.</summary>
    [Fact]
    public async Task A_rollback_of_the_same_size_and_time_is_followed()
    {
        var time = FolderBuilder.TrainedUntil.UtcDateTime;
        Publish(best: 1);
        File.SetLastWriteTimeUtc(_scene.Builder.Layout.Current, time);
        var runtime = _scene.Open(ByPollAlone);
        foreach (var best in new[] { 2, 1, 2, 1 })
        {
            var size = new FileInfo(_scene.Builder.Layout.Current).Length;
            var pointer = _scene.Builder.With("news", FolderBuilder.Choosing("news", best)).Prepare(_scene.Builder.Epoch + 1);
            var fresh = _scene.Builder.Layout.Current + ".aside";
            File.WriteAllBytes(fresh, pointer.ToBytes());
            File.SetLastWriteTimeUtc(fresh, time);
            new FileInfo(fresh).Length.Should().Be(size);
            File.Move(fresh, _scene.Builder.Layout.Current, overwrite: true);

            await DecidesAsync(runtime, best);
        }
    }

    /// <summary>There: an engine that was rented before the swap came back into the new pool and answered with the old model; its model was disposed while it still predicted.</summary>
    [Fact]
    public void A_lease_that_ends_after_the_swap_brings_no_old_model_back_and_reads_none_that_is_gone()
    {
        Publish(best: 1);
        var runtime = _scene.Open(Scene.Mapping);
        var late = runtime.Lease();
        Publish(best: 2);
        runtime.Refresh().RetiredGenerations.Should().Be(1);
        late.TryGetModel("news", out var old).Should().BeTrue();
        var scores = new float[4];
        old.Score(Scene.Ones, scores);
        scores.Should().Equal([0, 3, 0, 0], "what it holds is still there");

        late.Dispose();

        runtime.Refresh().RetiredGenerations.Should().Be(0);
        for (var i = 0; i < 1000; i++) runtime.Decide("news", Scene.Ones).Should().Match<Decision>(d => d.Class == 2 && d.Epoch == 2);
        if (OperatingSystem.IsLinux()) Scene.MappedFiles(_scene.Root).Should().Equal(_scene.Builder.PathOf("news"));
    }

    private void Publish(int best) => _scene.Builder.With("news", FolderBuilder.Choosing("news", best)).Publish();

    private static Task DecidesAsync(ModelRuntime runtime, int best) => Scene.UntilAsync(() => runtime.Decide("news", Scene.Ones).Class == best);
}
