using System.Buffers.Binary;
using Delivery.EventLog.Writing;

namespace Delivery.EventLog.Tests.Writing;

public sealed class RecordQueueTests
{
    private const int Smallest = 64 << 10;

    [Fact]
    public async Task Records_of_many_threads_come_out_whole_and_in_the_order_of_each_thread()
    {
        const int threads = 4, each = 30_000;
        var queue = new RecordQueue(Smallest, mostRecords: int.MaxValue);
        var producers = Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(() => Produce(queue, thread, each), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var (next, wrong) = (new int[threads], 0);
        while (next.Sum() < threads * each)
        {
            var (at, records) = (queue.Head, 0);
            while (queue.TryNext(ref at, out var record))
            {
                var (thread, number) = (BinaryPrimitives.ReadInt32LittleEndian(record), BinaryPrimitives.ReadInt32LittleEndian(record[4..]));
                if (number != next[thread]++ || record.Length != LengthOf(number) || record[8..].ContainsAnyExcept((byte)number)) wrong++;
                records++;
            }
            if (at > queue.Head) queue.Release(at, records);
            else Thread.Yield();
        }
        await Task.WhenAll(producers);

        wrong.Should().Be(0);
        next.Should().AllBeEquivalentTo(each);
        (queue.Accepted, queue.Consumed, queue.BytesWaiting).Should().Be((threads * each, threads * each, 0L));
    }

    [Fact]
    public void A_full_ring_refuses_and_takes_again_once_something_was_given_back()
    {
        var queue = new RecordQueue(Smallest, mostRecords: int.MaxValue);
        while (TryPut(queue, 1000)) { }
        var accepted = queue.Accepted;
        accepted.Should().BeInRange(Smallest / 1016 - 1, Smallest / 1000);

        var at = queue.Head;
        queue.TryNext(ref at, out _).Should().BeTrue();
        TryPut(queue, 1000).Should().BeFalse("it was read but not given back");
        queue.Release(at, 1);

        TryPut(queue, 900).Should().BeTrue();
        TryPut(queue, 900).Should().BeFalse();
    }

    [Fact]
    public void The_number_of_records_is_bounded_too()
    {
        var queue = new RecordQueue(Smallest, mostRecords: 3);

        Enumerable.Range(0, 4).Select(_ => TryPut(queue, 8)).Should().Equal(true, true, true, false);
    }

    [Fact]
    public void The_longest_record_always_fits_into_an_empty_ring()
    {
        var queue = new RecordQueue(Smallest, mostRecords: int.MaxValue);
        for (var i = 0; i < 100; i++)
        {
            var bytes = i % 2 == 0 ? queue.LongestRecord : 1 + i * 100;
            TryPut(queue, bytes).Should().BeTrue("{0} bytes, round {1}", bytes, i);
            var at = queue.Head;
            queue.TryNext(ref at, out var record).Should().BeTrue();
            record.Length.Should().Be(bytes);
            queue.Release(at, 1);
        }
    }

    [Fact]
    public void A_record_that_is_not_committed_holds_back_those_behind_it_and_one_that_is_given_up_does_not()
    {
        var queue = new RecordQueue(Smallest, mostRecords: int.MaxValue);
        queue.TryReserve(100, out var slow).Should().BeTrue();
        TryPut(queue, 8);
        var at = queue.Head;
        queue.TryNext(ref at, out _).Should().BeFalse();

        queue.Skip(slow);

        queue.TryNext(ref at, out var record).Should().BeTrue();
        record.Length.Should().Be(8);
        queue.Accepted.Should().Be(1);
    }

    private static void Produce(RecordQueue queue, int thread, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var length = LengthOf(number);
            RecordQueue.Slot slot;
            while (!queue.TryReserve(length, out slot)) Thread.Yield();
            var bytes = queue.Bytes(slot, length);
            bytes.Fill((byte)number);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, thread);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], number);
            queue.Commit(slot, length);
        }
    }

    private static bool TryPut(RecordQueue queue, int bytes)
    {
        if (!queue.TryReserve(bytes, out var slot)) return false;
        queue.Bytes(slot, bytes).Fill(0xFF);
        queue.Commit(slot, bytes);
        return true;
    }

    private static int LengthOf(int number) => 8 + (number * 37 % 1200);
}
