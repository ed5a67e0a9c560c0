using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Tests.Leasing;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

public sealed class MemoryBudgetTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly long _size = FolderBuilder.Choosing("news", 1).Length; // of all models here, whose names are as long

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_generation_that_does_not_fit_beside_the_one_in_use_is_refused_whole()
    {
        var runtime = OpenWith(budget: (2 * _size) + 1);
        Publish(2, "news", "pics");

        var status = runtime.Refresh();

        (status.Epoch, status.FailedReloads).Should().Be((1L, 1L));
        status.Problems.Should().ContainSingle().Which.Message.Should()
            .Be($"Epoch 2 is not loaded: it adds {2 * _size:N0} bytes to {_size:N0} held; MemoryBudget is {(2 * _size) + 1:N0} bytes. Epoch 1 stays in use.");
        runtime.Decide("news", Scene.Ones).Class.Should().Be(1);
        runtime.Decide("pics", Scene.Ones).Reason.Should().Be(FallbackReason.NoModel, "no part of it is loaded");

        _scene.Builder.Without("pics");
        Publish(3, "news");
        runtime.Refresh().Problems.Should().BeEmpty();
        runtime.Decide("news", Scene.Ones).Class.Should().Be(3, "one that fits is loaded");
    }

    [Fact]
    public void What_a_lease_holds_counts_until_it_ends()
    {
        var runtime = OpenWith(budget: 2 * _size);
        var lease = runtime.Lease();
        Publish(2, "news");
        runtime.Refresh().Epoch.Should().Be(2, "two fit");
        Publish(3, "news");
        var status = runtime.Refresh();

        status.Epoch.Should().Be(2);
        status.Problems.Should().ContainSingle().Which.Message.Should().Contain($"{2 * _size:N0} held (epoch 2 in use, leases on 1)");
        lease.Dispose();
        status = runtime.Refresh();
        (status.Epoch, status.Problems.Count, status.RetiredGenerations).Should().Be((3L, 0, 0));
    }

    [Fact]
    public async Task A_generation_that_was_refused_comes_with_the_next_look_after_the_last_lease_ended()
    {
        // A try is repeated after an hour only, so that it must be the end of the lease that brings the next one.
        var hour = TimeSpan.FromHours(1);
        var runtime = OpenWith(2 * _size, new RuntimeOptions { UseFileEvents = false, PollInterval = TimeSpan.FromMilliseconds(10), RetryAfter = hour, RetryAtMost = hour });
        var lease = new HeldLease(runtime);
        Publish(2, "news");
        await Scene.UntilAsync(() => runtime.Status.Epoch == 2);
        Publish(3, "news");
        await Scene.UntilAsync(() => runtime.Status.Problems.Count == 1);
        runtime.Status.FailedReloads.Should().Be(1);

        lease.Dispose();

        await Scene.UntilAsync(() => runtime.Status.Epoch == 3);
        runtime.Status.FailedReloads.Should().Be(1);
    }

    [Fact]
    public void Models_that_two_generations_share_count_once()
    {
        Publish(1, "clip", "news", "pics");
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { MemoryBudget = 4 * _size });
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish(2);

        runtime.Refresh().Epoch.Should().Be(2);
    }

    [Fact]
    public void The_first_generation_counts_too_and_so_does_one_without_news()
    {
        Publish(1, "news", "pics");
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { MemoryBudget = _size });
        runtime.Status.State.Should().Be(RuntimeState.Waiting);
        runtime.Status.Problems.Should().ContainSingle().Which.Message.Should()
            .Be($"Epoch 1 is not loaded: it adds {2 * _size:N0} bytes to 0 held; MemoryBudget is {_size:N0} bytes. There is none to use instead.");

        _scene.Builder.Without("pics").Publish(2);
        runtime.Refresh().State.Should().Be(RuntimeState.Ready);
        _scene.Builder.Publish(3);
        runtime.Refresh().Epoch.Should().Be(3, "it adds nothing");
    }

    [Fact]
    public void What_cannot_be_loaded_anyway_takes_no_room()
    {
        var runtime = OpenWith(budget: 2 * _size);
        _scene.Builder.With("pics", new byte[100_000], kind: "deep_thought");
        Publish(2, "news");

        var status = runtime.Refresh();

        status.Epoch.Should().Be(2);
        status.Problems.Should().ContainSingle().Which.Message.Should().Contain("'deep_thought'");
    }

    [Fact]
    public void Without_a_budget_of_its_own_a_process_takes_what_the_machine_has()
    {
        MemoryBudget.DefaultBytes.Should().BeInRange(100 << 20, long.MaxValue);
        OpenWith(null).Status.State.Should().Be(RuntimeState.Ready);
    }

    private ModelRuntime OpenWith(long? budget, RuntimeOptions? options = null)
    {
        Publish(1, "news");
        return _scene.Open((options ?? Scene.OnlyWhenAsked) with { MemoryBudget = budget });
    }

    private void Publish(int epoch, params string[] models)
    {
        foreach (var name in models) _scene.Builder.With(name, FolderBuilder.Choosing(name, int.Min(epoch, 3)));
        _scene.Builder.Publish(epoch);
    }
}
