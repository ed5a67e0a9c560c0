using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests;

/// <summary>Both clocks in the hands of a test: time goes on, or the wall clock alone jumps, as when somebody sets it.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _elapsed;
    private long _jumped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _elapsed, by.Ticks);

    public void JumpTo(DateTimeOffset time) => Interlocked.Add(ref _jumped, (time - GetUtcNow()).Ticks);

    public override long GetTimestamp() => Interlocked.Read(ref _elapsed);

    public override DateTimeOffset GetUtcNow() => FolderBuilder.TrainedUntil.AddHours(1).AddTicks(Interlocked.Read(ref _elapsed) + Interlocked.Read(ref _jumped));
}
