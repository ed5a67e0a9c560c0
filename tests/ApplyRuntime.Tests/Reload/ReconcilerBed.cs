using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>The loader's rules on the test's own thread, with a clock that the test moves.</summary>
public abstract class ReconcilerBed : IDisposable
{
    private protected ReconcilerBed()
    {
        Builder = new FolderBuilder(Folder["fast-data"]);
        Retired = new RetiredGenerations(Slot);
        Log = new ReloadLog(Clock);
        Reconciler = ReconcilerOf(Builder);
    }

    private protected TemporaryFolder Folder { get; } = new();

    private protected FolderBuilder Builder { get; }

    private protected GenerationSlot Slot { get; } = new(new ThreadCells());

    private protected RetiredGenerations Retired { get; }

    private protected StepClock Clock { get; } = new();

    private protected ReloadLog Log { get; }

    private protected Reconciler Reconciler { get; }

    public void Dispose()
    {
        Retired.Add(Slot.Exchange(null));
        Retired.Drain();
        Retired.Count.Should().Be(0);
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Reconciler ReconcilerOf(FolderBuilder folder) =>
        new(new FolderReader(folder.Layout), Slot, Retired, new HeldMemory(Slot, Retired), Log, new RuntimeOptions { Time = Clock });

    private protected bool Look()
    {
        var swapped = Reconciler.Reconcile(force: false);
        Retired.Drain();
        return swapped;
    }

    /// <summary>Two models that choose the class of the epoch, or class 3 from epoch 3 on.</summary>
    private protected CurrentPointer PublishBoth(long epoch)
    {
        var best = (int)long.Min(epoch, 3);
        return Builder.With("news", FolderBuilder.Choosing("news", best)).With("images", FolderBuilder.Choosing("images", best)).Publish(epoch);
    }

    private protected int Best(string name)
    {
        var scores = new float[4];
        Slot.Current!.Find(name)!.Score(Scene.Ones, scores);
        return Array.IndexOf(scores, scores.Max());
    }

    private protected sealed class StepClock : TimeProvider
    {
        private TimeSpan _since;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public Action? AtNextReading { get; set; }

        public void Advance(TimeSpan by) => _since += by;

        public override long GetTimestamp()
        {
            var action = AtNextReading;
            AtNextReading = null;
            action?.Invoke();
            return _since.Ticks;
        }

        public override DateTimeOffset GetUtcNow() => FolderBuilder.TrainedUntil + _since;
    }
}
