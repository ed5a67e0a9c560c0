using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class GenerationSlotTests
{
    private const int Readers = 3;
    private const int Swaps = 10_000;
    private const int PageLength = 64;
    private const long Gone = -1;
    private const int Stores = 32; // before each lease, to lines that are not at hand: what the lease writes waits behind them, while its second look does not
    private const int FarLength = 1 << 22;
    private const int Stride = 4099 * 16; // a prime of lines

    private readonly ThreadCells _cells = new();
    private readonly GenerationSlot _slot;
    private readonly long[][] _pages = [.. Enumerable.Range(0, Swaps + 1).Select(epoch => Filled(epoch))];
    private readonly int[] _far = new int[FarLength];
    private int _reading;

    public GenerationSlotTests() => _slot = new GenerationSlot(_cells);

    /// <summary>
    /// Swaps as fast as they go, so that readers are met between finding a generation and saying that they read it. The pages of a generation
    /// are overwritten as soon as it is free: a reader that has them still would see that. Without the second look of a reader this fails
    /// within some thousand swaps, and without the loader's fence in one of several runs.
    /// </summary>
    [Theory]
    [InlineData(int.MaxValue, false)] // the same threads all along
    [InlineData(int.MaxValue, true)]
    [InlineData(50, false)] // threads that come and go
    [InlineData(50, true)]
    public async Task A_generation_is_never_released_under_a_lease(int leasesOfThread, bool nested)
    {
        _slot.Exchange(GenerationOf(1));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, Readers).Select(_ => OnThreads(leasesOfThread, nested, done.Token)).ToArray();
        SpinWait.SpinUntil(() => Volatile.Read(ref _reading) >= Readers, Scene.Patience).Should().BeTrue();
        for (var epoch = 2; epoch <= Swaps; epoch++)
        {
            var old = _slot.Exchange(GenerationOf(epoch))!;
            while (!_slot.IsFree(old)) Thread.Yield();
            Array.Fill(_pages[old.Pointer.Epoch], Gone);
        }
        await done.CancelAsync();

        (await Task.WhenAll(readers)).Should().OnlyContain(firstBad => firstBad == 0, "0 stands for no epoch whose pages were read after its release");
        var last = _slot.Exchange(null)!;
        (last.Pointer.Epoch, _slot.IsFree(last), last.Nested.Sum()).Should().Be((Swaps, true, 0L));
        _cells.Count.Should().BeLessThanOrEqualTo(Readers * 2, "a cell goes from a thread that has ended to a new one");
    }

    [Fact]
    public void The_first_lease_of_a_thread_stands_in_its_cell_and_further_ones_on_stripes()
    {
        var generation = GenerationOf(1);
        _slot.Exchange(generation);
        for (var i = 0; i < 1000; i++)
        {
            using var first = _slot.Acquire();
            (_cells.Mine.Held, generation.Nested.Sum()).Should().Be((generation.Id, 0L));
            using var second = _slot.Acquire();
            using var third = _slot.Acquire();
            generation.Nested.Sum().Should().Be(2);
            Thread.Yield(); // may go on, on another core
        }

        generation.Nested.EachIsZero().Should().BeTrue();
        _slot.IsFree(generation).Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Leases_may_end_in_any_order(bool firstEndsFirst)
    {
        var (old, next) = (GenerationOf(1), GenerationOf(2));
        _slot.Exchange(old);
        var first = _slot.Acquire();
        var second = _slot.Acquire();
        _slot.Exchange(next);
        var third = _slot.Acquire();
        third.Epoch.Should().Be(2);

        if (firstEndsFirst) first.Dispose(); else second.Dispose();
        _slot.IsFree(old).Should().BeFalse("the other is held");
        if (firstEndsFirst) second.Dispose(); else first.Dispose();
        _slot.IsFree(old).Should().BeTrue();
        _slot.IsFree(next).Should().BeFalse();
        third.Dispose();
        _slot.IsFree(next).Should().BeTrue();
    }

    [Fact]
    public void A_thread_holds_leases_of_several_runtimes_at_once()
    {
        var other = new GenerationSlot(new ThreadCells());
        var (here, there) = (GenerationOf(1), GenerationOf(2));
        _slot.Exchange(here);
        other.Exchange(there);

        var one = _slot.Acquire();
        var two = other.Acquire();
        (_slot.IsFree(here), other.IsFree(there)).Should().Be((false, false));
        one.Dispose();
        (_slot.IsFree(here), other.IsFree(there)).Should().Be((true, false));
        two.Dispose();
        other.IsFree(there).Should().BeTrue();
    }

    [Fact]
    public void A_thread_that_ended_within_a_lease_holds_nothing()
    {
        var generation = GenerationOf(1);
        _slot.Exchange(generation);
        var held = false;
        var thread = new Thread(() =>
        {
            var forgotten = _slot.Acquire();
            held = !forgotten.IsEmpty && !_slot.IsFree(generation);
        });
        thread.Start();
        thread.Join();
        _slot.Exchange(null);

        held.Should().BeTrue();
        _slot.IsFree(generation).Should().BeTrue("nobody is left who could read");
    }

    [Fact]
    public void An_empty_slot_gives_an_empty_lease()
    {
        using var lease = _slot.Acquire();

        lease.IsEmpty.Should().BeTrue();
        _cells.Mine.Held.Should().Be(0);
    }

    /// <summary>One thread after the other, each for so many leases.</summary>
    private Task<long> OnThreads(int leases, bool nested, CancellationToken done) => Task.Factory.StartNew(
        () =>
        {
            var bad = 0L;
            while (bad == 0 && !done.IsCancellationRequested)
            {
                var thread = new Thread(() => bad = Read(leases, nested, done));
                thread.Start();
                thread.Join();
            }
            return bad;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The first epoch whose pages were overwritten while they were read; 0 for none.</summary>
    private long Read(int leases, bool nested, CancellationToken done)
    {
        var place = leases % FarLength;
        Interlocked.Increment(ref _reading);
        for (var i = 0; i < leases && !done.IsCancellationRequested; i++)
        {
            for (var k = 0; k < Stores; k++) _far[place = (place + Stride) % FarLength] = i;
            using var lease = _slot.Acquire();
            if (nested)
            {
                using var inner = _slot.Acquire();
                if (!IsWhole(inner.Epoch)) return inner.Epoch;
            }
            if (!IsWhole(lease.Epoch)) return lease.Epoch;
        }
        return 0;
    }

    private bool IsWhole(long epoch) => !_pages[epoch].AsSpan().ContainsAnyExcept(epoch);

    private static long[] Filled(int epoch)
    {
        var page = new long[PageLength];
        Array.Fill(page, epoch);
        return page;
    }

    private static Generation GenerationOf(int epoch) => new(
        new CurrentPointer(FolderLayout.Format, epoch, CommitId.Parse(new string('0', 40)), ContentHash.Parse(new string('0', 64))),
        [],
        DateTimeOffset.UnixEpoch);
}
