using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Tests.Observing;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class LeaseWatchTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly Scene _scene = new();
    private readonly SteppedTime _clock = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_lease_that_holds_an_old_generation_for_too_long_is_told_with_where_it_was_taken()
    {
        using var readings = new MeterReadings(_scene.Root);
        var runtime = Open();
        var taken = _clock.GetUtcNow();
        var lease = runtime.Lease(); var line = Line();
        PublishNext();
        _clock.Advance(Deadline - TimeSpan.FromTicks(1));
        runtime.Refresh().OverdueLeases.Should().BeEmpty("it is not over yet");

        _clock.Advance(TimeSpan.FromTicks(1));
        var status = runtime.Refresh();

        var overdue = status.OverdueLeases.Should().ContainSingle().Subject;
        (overdue.Epoch, overdue.Held, overdue.Since, overdue.Line).Should().Be((1L, Deadline, taken, line));
        overdue.Member.Should().Be(nameof(A_lease_that_holds_an_old_generation_for_too_long_is_told_with_where_it_was_taken));
        overdue.File.Should().EndWith("LeaseWatchTests.cs");
        (status.Problems.Count, runtime.Health().Level).Should().Be((0, HealthLevel.Healthy), "all that is published is in use");
        runtime.Describe().Should().Contain($"  overdue lease     {overdue}\n").And.Contain("Problems (0)\n");
        readings.Collect()["overdue_leases"].Should().Be(1);
        status.LastError!.Message.Should().Contain($"LeaseWatchTests.cs:{line} has held epoch 1 for 10.0 s");
        status.FailedReloads.Should().Be(0, "the reload itself went well");

        lease.Dispose();
        status = runtime.Refresh();
        status.OverdueLeases.Should().BeEmpty();
        readings.Collect()["overdue_leases"].Should().Be(0);
        status.RetiredGenerations.Should().Be(0);
    }

    [Fact]
    public void A_lease_on_the_generation_in_use_costs_nothing_and_is_not_told()
    {
        var runtime = Open();
        using var lease = runtime.Lease();
        _clock.Advance(TimeSpan.FromDays(1));

        runtime.Refresh().OverdueLeases.Should().BeEmpty();
    }

    [Fact]
    public void An_hour_that_the_wall_clock_jumps_makes_no_lease_overdue()
    {
        var runtime = Open();
        using var lease = runtime.Lease();
        PublishNext();
        _clock.JumpTo(_clock.GetUtcNow().AddHours(1));

        runtime.Refresh().OverdueLeases.Should().BeEmpty();
    }

    [Fact]
    public void Several_leases_are_told_the_oldest_first_and_each_only_once_as_an_error()
    {
        var runtime = Open();
        using var first = runtime.Lease();
        _clock.Advance(TimeSpan.FromSeconds(1));
        using var second = runtime.Lease();
        PublishNext();
        _clock.Advance(Deadline);
        var status = runtime.Refresh();
        status.OverdueLeases.Select(lease => lease.Held.TotalSeconds).Should().Equal(11, 10);
        var told = status.LastError;

        _clock.Advance(Deadline);
        status = runtime.Refresh();
        status.OverdueLeases.Select(lease => lease.Held.TotalSeconds).Should().Equal(21, 20);
        status.LastError.Should().Be(told);
    }

    [Fact]
    public void Without_being_asked_nothing_is_recorded()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Time = _clock });
        using var lease = runtime.Lease();
        PublishNext();
        runtime.Refresh();
        _clock.Advance(TimeSpan.FromDays(1));

        var status = runtime.Refresh();

        (status.RetiredGenerations, status.OverdueLeases.Count, status.Problems.Count).Should().Be((1, 0, 0));
    }

    [Fact]
    public void A_lease_that_outlives_the_runtime_is_told_at_once()
    {
        var runtime = Open(TimeSpan.Zero);
        using var lease = runtime.Lease();

        runtime.Dispose();
        Scene.Until(() => runtime.Status.State == RuntimeState.Closed); // without a timeout closing does not wait for a thread that gets no core

        runtime.Status.OverdueLeases.Should().ContainSingle().Which.File.Should().EndWith("LeaseWatchTests.cs");
    }

    [Fact]
    public void An_empty_lease_is_nobodys()
    {
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ReportLeasesAfter = Deadline });
        using var lease = runtime.Lease();
        lease.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void A_lease_is_two_words_which_a_call_returns_in_registers() => Unsafe.SizeOf<Lease>().Should().Be(2 * IntPtr.Size);

    private static int Line([CallerLineNumber] int line = 0) => line;

    private ModelRuntime Open(TimeSpan? drain = null)
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        return _scene.Open(Scene.OnlyWhenAsked with { Time = _clock, ReportLeasesAfter = Deadline, DrainTimeout = drain ?? Scene.Patience });
    }

    private void PublishNext() => _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
}
