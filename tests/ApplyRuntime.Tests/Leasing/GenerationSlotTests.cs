using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class GenerationSlotTests
{
    private const int Readers = 3;
    private const int Swaps = 20_000;

    /// <summary>
    /// Swaps as fast as they go, so that readers are met between finding a generation and counting themselves in. Without the
    /// second look of a reader this fails within the first few thousand swaps.
    /// </summary>
    [Fact]
    public async Task A_generation_is_never_released_under_a_lease()
    {
        var slot = new GenerationSlot();
        var released = new bool[Swaps + 1];
        using var reading = new CountdownEvent(Readers);
        slot.Exchange(GenerationOf(1));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, Readers).Select(_ =>
            Task.Factory.StartNew(() => Read(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        reading.Wait(Scene.Patience).Should().BeTrue();
        for (var epoch = 2; epoch <= Swaps; epoch++)
        {
            var old = slot.Exchange(GenerationOf(epoch))!;
            while (!old.Leases.EachIsZero()) Thread.Yield();
            Volatile.Write(ref released[old.Pointer.Epoch], true);
        }
        await done.CancelAsync();

        (await Task.WhenAll(readers)).Should().OnlyContain(firstBad => firstBad == 0, "0 stands for no epoch that was read after its release");
        var last = slot.Exchange(null)!;
        (last.Pointer.Epoch, last.Leases.Sum()).Should().Be(((long)Swaps, 0L));

        long Read()
        {
            reading.Signal();
            while (!done.IsCancellationRequested)
            {
                using var lease = slot.Acquire();
                for (var look = 0; look < 4; look++)
                {
                    if (Volatile.Read(ref released[lease.Epoch])) return lease.Epoch;
                }
            }
            return 0;
        }
    }

    [Fact]
    public void A_lease_is_given_back_where_it_was_taken()
    {
        var slot = new GenerationSlot();
        var generation = GenerationOf(1);
        slot.Exchange(generation);
        var leases = 0;
        for (var i = 0; i < 1000; i++)
        {
            using var lease = slot.Acquire();
            leases += (int)generation.Leases.Sum();
            Thread.Yield(); // may go on, on another core
        }

        leases.Should().Be(1000, "each was alone");
        generation.Leases.EachIsZero().Should().BeTrue();
    }

    [Fact]
    public void An_empty_slot_gives_an_empty_lease()
    {
        using var lease = new GenerationSlot().Acquire();

        lease.IsEmpty.Should().BeTrue();
    }

    private static Generation GenerationOf(int epoch) => new(
        new CurrentPointer(FolderLayout.Format, epoch, CommitId.Parse(new string('0', 40)), ContentHash.Parse(new string('0', 64))),
        [],
        DateTimeOffset.UnixEpoch);
}
