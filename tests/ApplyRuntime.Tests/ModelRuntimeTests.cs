using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests;

public sealed class ModelRuntimeTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_handler_that_hangs_does_not_hold_up_closing_for_ever()
    {
        using var hangs = new ManualResetEventSlim();
        using var free = new ManualResetEventSlim();
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { DrainTimeout = TimeSpan.Zero, Applied = Hang });
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        var asked = runtime.RefreshAsync();
        hangs.Wait(Scene.Patience).Should().BeTrue();

        runtime.Dispose();

        asked.IsCompleted.Should().BeFalse("the loader is in the handler");
        runtime.Decide("news", Scene.Ones).Source.Should().Be(DecisionSource.Model, "what is loaded serves on");
        free.Set();
        await Scene.UntilAsync(() => asked.IsCompleted);
        await Scene.UntilAsync(() => runtime.Status.State == RuntimeState.Closed);

        void Hang(RuntimeStatus status)
        {
            if (status.Epoch == 1) return;
            hangs.Set();
            free.Wait(Scene.Patience);
        }
    }

    [Fact]
    public void A_thousand_models_that_cannot_be_loaded_are_told_and_the_rest_counted()
    {
        for (var i = 0; i < 1010; i++) _scene.Builder.With($"model_{i:0000}", [1, 2, 3]);
        _scene.Builder.Publish();

        var problems = _scene.Open().Status.Problems;

        problems.Should().HaveCount(1000);
        problems[0].Model!.Value.Value.Should().Be("model_0000");
        problems[^1].Message.Should().Be("11 more models could not be loaded.");
    }

    [Fact]
    public async Task Without_a_folder_it_waits_and_loads_what_comes()
    {
        var runtime = _scene.Open(new RuntimeOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        runtime.Status.State.Should().Be(RuntimeState.Waiting);
        runtime.Status.LastError.Should().BeNull("waiting is no error");
        runtime.Decide("news", Scene.Ones, fallback: 2).Should().Be(
            new Decision(2, DecisionSource.Fallback, FallbackReason.NoGeneration, 0, 0, 0));

        Publish(1);
        var status = await Epoch(runtime, 1);

        status.State.Should().Be(RuntimeState.Ready);
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1);
    }

    [Fact]
    public void What_is_live_is_loaded_when_Open_returns()
    {
        Publish(5);

        var status = _scene.Open().Status;

        (status.State, status.Epoch, status.Reloads, status.FailedReloads).Should().Be((RuntimeState.Ready, 5L, 1L, 0L));
        status.Models.Should().ContainSingle().Which.RequestCount.Should().Be(1000);
    }

    [Fact]
    public async Task New_epochs_are_seen_through_file_events_alone()
    {
        Publish(1);
        var runtime = _scene.Open(new RuntimeOptions { PollInterval = TimeSpan.FromHours(1) });
        runtime.Status.FileEvents.Should().BeTrue();
        for (var epoch = 2; epoch < 8; epoch++)
        {
            Publish(epoch);
            (await Epoch(runtime, epoch)).Epoch.Should().Be(epoch);
        }
    }

    [Fact]
    public async Task New_epochs_are_seen_through_the_poll_alone()
    {
        Publish(1);
        var runtime = _scene.Open(new RuntimeOptions { UseFileEvents = false, PollInterval = TimeSpan.FromMilliseconds(10) });
        runtime.Status.FileEvents.Should().BeFalse();
        for (var epoch = 2; epoch < 8; epoch++)
        {
            Publish(epoch);
            (await Epoch(runtime, epoch)).Epoch.Should().Be(epoch);
        }
    }

    [Fact]
    public async Task A_folder_that_is_deleted_and_made_again_is_followed_again()
    {
        Publish(1);
        var runtime = _scene.Open(new RuntimeOptions { PollInterval = TimeSpan.FromMilliseconds(10) });
        Directory.Delete(_scene.Root, recursive: true);
        await Scene.UntilAsync(() => runtime.Status is { FileEvents: false, Problems.Count: 1 });
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1, "what is mapped stays");

        Publish(2);
        await Epoch(runtime, 2);
        await Scene.UntilAsync(() => runtime.Status is { FileEvents: true, Problems.Count: 0 });
        runtime.Decide("news", Scene.Ones).Class.Should().Be(2);
    }

    [Fact]
    public async Task A_folder_that_was_swapped_for_another_between_two_looks_is_followed_too()
    {
        Publish(1);
        var runtime = _scene.Open(new RuntimeOptions { PollInterval = TimeSpan.FromMilliseconds(200) });
        using var aside = new TemporaryFolder();
        var other = new FolderBuilder(aside["fast-data"]);
        other.With("news", FolderBuilder.Choosing("news", 2)).Publish(2);
        Directory.Move(_scene.Root, aside["old"]);
        Directory.Move(other.Layout.Root, _scene.Root);

        await Epoch(runtime, 2);
        Publish(3);
        (await Epoch(runtime, 3)).FileEvents.Should().BeTrue();
    }

    [Fact]
    public void Two_runtimes_follow_one_folder()
    {
        Publish(1);
        var (one, two) = (_scene.Open(), _scene.Open());
        Publish(2);
        one.Refresh();

        one.Decide("news", Scene.Ones).Class.Should().Be(2);
        two.Decide("news", Scene.Ones).Class.Should().Be(1, "it has not looked yet");
        one.Dispose();
        two.Refresh().Epoch.Should().Be(2);
        two.Decide("news", Scene.Ones).Class.Should().Be(2);
    }

    [Fact]
    public async Task Waiting_for_an_epoch_can_be_given_up_and_ends_when_the_runtime_closes()
    {
        var runtime = _scene.Open();
        using var cancelled = new CancellationTokenSource();
        var givenUp = FluentActions.Awaiting(() => runtime.WaitForEpochAsync(1, cancelled.Token)).Should().ThrowAsync<OperationCanceledException>();
        var closed = FluentActions.Awaiting(() => runtime.WaitForEpochAsync(1)).Should().ThrowAsync<ObjectDisposedException>();

        await cancelled.CancelAsync();
        await givenUp;
        await runtime.DisposeAsync();
        await closed;
    }

    [Fact]
    public void Ages_are_counted_on_the_clock_that_was_given()
    {
        var clock = new ManualTime(FolderBuilder.TrainedUntil.AddHours(1));
        Publish(1);
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = clock });
        clock.Advance(TimeSpan.FromMinutes(5));

        var status = runtime.Status;

        status.AppliedAge.Should().Be(TimeSpan.FromMinutes(5));
        status.NewestTrainedAge.Should().Be(TimeSpan.FromMinutes(65));
        status.OldestTrainedAge.Should().Be(TimeSpan.FromMinutes(65));
    }

    [Fact]
    public void Each_swap_is_told_and_a_handler_that_fails_stops_nothing()
    {
        var told = new List<long>();
        Publish(1);
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Applied = Tell });
        Publish(2);
        runtime.Refresh();
        runtime.Refresh();
        Publish(3);

        var status = runtime.Refresh();

        told.Should().Equal(1, 2, 3);
        (status.Epoch, status.FailedReloads).Should().Be((3L, 0L));
        status.LastError!.Message.Should().Contain("a handler of epoch 3");

        void Tell(RuntimeStatus applied)
        {
            told.Add(applied.Epoch);
            throw new InvalidOperationException($"a handler of epoch {applied.Epoch}");
        }
    }

    [Fact]
    public void A_handler_cannot_wait_for_the_loader_but_can_close_the_runtime()
    {
        ModelRuntime? runtime = null;
        Exception? fromRefresh = null;
        runtime = _scene.Open(Scene.OnlyWhenAsked with
        {
            Applied = _ =>
            {
                fromRefresh = Record.Exception(() => runtime!.Refresh());
                runtime!.Dispose();
            },
        });
        Publish(1);
        runtime.Refresh();
        runtime.Dispose();

        fromRefresh.Should().BeOfType<InvalidOperationException>();
        runtime.Status.State.Should().Be(RuntimeState.Closed);
    }

    [Fact]
    public void After_closing_decisions_fall_back_and_the_rest_refuses()
    {
        Publish(1);
        var runtime = _scene.Open();
        runtime.Dispose();
        runtime.Dispose();

        runtime.Decide("news", Scene.Ones, fallback: 3).Should().Be(
            new Decision(3, DecisionSource.Fallback, FallbackReason.NoGeneration, 0, 0, 0));
        (runtime.Status.State, runtime.Status.Epoch).Should().Be((RuntimeState.Closed, 0L));
        runtime.Invoking(r => r.Refresh()).Should().Throw<ObjectDisposedException>();
        runtime.Lease().IsEmpty.Should().BeTrue();
    }

    [SkippableFact]
    public void Closing_never_takes_pages_from_under_a_lease()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Publish(1);
        var runtime = _scene.Open(Scene.Mapping with { DrainTimeout = TimeSpan.FromMilliseconds(20) });
        using var lease = runtime.Lease();
        runtime.Dispose();
        Scene.Until(() => runtime.Status.LastError is not null); // with so short a timeout closing does not wait for a thread that gets no core

        var scores = new float[4];
        lease.TryGetModel("news", out var model).Should().BeTrue();
        model.Score(Scene.Ones, scores);
        scores.Should().Equal(0, 3, 0, 0);
        _scene.CountMapped().Should().Be(1);
        runtime.Status.RetiredGenerations.Should().Be(1);
        runtime.Status.LastError!.Message.Should().Contain("leases held on 1 generations");
    }

    [SkippableFact]
    public void Closing_unmaps_everything()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Publish(1);
        var runtime = _scene.Open(Scene.Mapping);
        _scene.CountMapped().Should().Be(1);

        runtime.Dispose();

        _scene.CountMapped().Should().Be(0);
    }

    [Fact]
    public void All_mistakes_in_the_options_are_told_at_once()
    {
        var open = () => ModelRuntime.Open(_scene.Root, new RuntimeOptions
        {
            PollInterval = TimeSpan.Zero,
            RetryAfter = TimeSpan.FromSeconds(5),
            RetryAtMost = TimeSpan.FromSeconds(1),
            DrainTimeout = TimeSpan.FromSeconds(-1),
        });
        open.Should().Throw<ArgumentException>().WithMessage("PollInterval is 00:00:00*RetryAtMost is 00:00:01*DrainTimeout is -00:00:01*");
        FluentActions.Invoking(() => ModelRuntime.Open(" ")).Should().Throw<ArgumentException>();
        new RuntimeOptions().Problems().Should().BeEmpty();
    }

    /// <summary>One model, which chooses the class of the epoch, or class 3 from epoch 3 on.</summary>
    private void Publish(long epoch) =>
        _scene.Builder.With("news", FolderBuilder.Choosing("news", (int)long.Min(epoch, 3))).Publish(epoch);

    private static async Task<RuntimeStatus> Epoch(ModelRuntime runtime, long epoch)
    {
        using var patience = new CancellationTokenSource(Scene.Patience);
        return await runtime.WaitForEpochAsync(epoch, patience.Token);
    }
}
