using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests;

public sealed class SwapStormTests : IDisposable
{
    private const int Threads = 4;
    private const int Generations = 200;
    private const int Classes = 16;
    private const int Features = 1024; // 64 KiB of weights: many pages, so that a mix of two files would show

    private readonly Scene _scene = new();
    private readonly float[] _features = Scene.OnesOf(Features);
    private int _deciding;
    private volatile bool _closing;

    public void Dispose() => _scene.Dispose();

    /// <summary>Each weight is the epoch, so that each score of a decision is 1024 times its epoch, or else two files were mixed.</summary>
    [Theory]
    [InlineData(ModelMemoryMode.Map)]
    [InlineData(ModelMemoryMode.Copy)]
    public async Task Every_decision_in_a_storm_of_swaps_belongs_to_one_generation(ModelMemoryMode memory)
    {
        Publish(1);
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Memory = memory });
        using var done = new CancellationTokenSource();
        var deciders = StartDeciders(runtime, done.Token);
        for (var epoch = 2; epoch <= Generations; epoch++)
        {
            var old = _scene.Builder.PathOf("news");
            Publish(epoch);
            (await runtime.RefreshAsync()).Epoch.Should().Be(epoch);
            if (OperatingSystem.IsLinux()) File.Delete(old); // as retention does, only at once
        }
        done.CancelAfter(Scene.Patience);
        var seen = await Task.WhenAll(deciders);

        seen.Should().OnlyContain(s => s.Wrong == null && s.LastEpoch == Generations);
        var status = runtime.Refresh();
        status.RetiredGenerations.Should().Be(0);
        (status.Reloads, status.FailedReloads).Should().Be((Generations, 0L));
        if (OperatingSystem.IsLinux()) _scene.CountMapped().Should().Be(memory == ModelMemoryMode.Map ? 2 : 0, "the last generation has two models");
    }

    [Fact]
    public async Task Threads_that_decide_while_the_runtime_closes_get_models_first_and_then_fallbacks()
    {
        Publish(1);
        var runtime = _scene.Open(Scene.Mapping);
        using var done = new CancellationTokenSource();
        var deciders = StartDeciders(runtime, done.Token);
        await Scene.UntilAsync(() => Volatile.Read(ref _deciding) == Threads || deciders.Any(d => d.IsCompleted));
        _closing = true;
        await runtime.DisposeAsync();
        var atClose = runtime.Status.Fallbacks.NoGeneration;
        await Scene.UntilAsync(() => runtime.Status.Fallbacks.NoGeneration > atClose || deciders.Any(d => d.IsCompleted));
        await done.CancelAsync();

        (await Task.WhenAll(deciders)).Should().OnlyContain(s => s.Wrong == null);
        runtime.Status.RetiredGenerations.Should().Be(0);
        if (OperatingSystem.IsLinux()) _scene.CountMapped().Should().Be(0);
    }

    /// <summary>On threads of their own: deciders that spin would starve the pool, which the test itself runs on.</summary>
    private Task<Seen>[] StartDeciders(ModelRuntime runtime, CancellationToken done) =>
        [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(() => Decide(runtime, done), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

    private Seen Decide(ModelRuntime runtime, CancellationToken done)
    {
        var scores = new float[Classes];
        var (decisions, lastEpoch) = (0L, 0L);
        while (!done.IsCancellationRequested && lastEpoch < Generations)
        {
            var decision = runtime.Decide("news", _features, scores);
            if (decision.Reason == FallbackReason.NoGeneration && _closing) continue;
            if (decision.Source != DecisionSource.Model || decision.RequestCount != (ulong)decision.Epoch || decision.Epoch < lastEpoch
                || scores.AsSpan().ContainsAnyExcept(Features * (float)decision.Epoch))
            {
                return new Seen(decisions, lastEpoch, $"{decision} after epoch {lastEpoch}: {string.Join(' ', scores)}");
            }
            if (decisions++ == 0) Interlocked.Increment(ref _deciding);
            lastEpoch = decision.Epoch;
            if (BothOfOneGeneration(runtime) is { } wrong) return new Seen(decisions, lastEpoch, wrong);
        }
        return new Seen(decisions, lastEpoch, null);
    }

    private static string? BothOfOneGeneration(ModelRuntime runtime)
    {
        using var lease = runtime.Lease();
        return lease.TryGetModel("news", out var news) && lease.TryGetModel("images", out var images)
            && (news.Status.RequestCount != (ulong)lease.Epoch || images.Status.RequestCount != (ulong)lease.Epoch)
            ? $"epoch {lease.Epoch} has news of {news.Status.RequestCount} and images of {images.Status.RequestCount}"
            : null;
    }

    private void Publish(int epoch)
    {
        foreach (var name in new[] { "news", "images" })
        {
            _scene.Builder.With(name, FolderBuilder.Linear(name, Classes, Features, (_, _) => epoch, requestCount: (ulong)epoch));
        }
        _scene.Builder.Publish(epoch);
    }

    private sealed record Seen(long Decisions, long LastEpoch, string? Wrong);
}
