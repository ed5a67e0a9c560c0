using Delivery.TestKit;
using Delivery.Updater.Records;

namespace Delivery.Updater.Tests.Records;

public sealed class CycleRecordsTests : IDisposable
{
    private static readonly DateTimeOffset December = new(2025, 12, 31, 23, 30, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly CycleRecords _records;

    public CycleRecordsTests() => _records = new CycleRecords(_folder["cycles"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Before_the_first_cycle_there_is_nothing()
    {
        _records.ReadLatest().Should().BeNull();
        _records.Read(DateTimeOffset.MinValue).Should().BeEmpty();
    }

    [Fact]
    public async Task Records_come_back_by_time_across_months()
    {
        for (var i = 0; i < 4; i++) await _records.AppendAsync(Record(i), default);

        Directory.GetFiles(_folder["cycles"], "*.jsonl").Select(Path.GetFileName).Order().Should().Equal("cycles-2025-12.jsonl", "cycles-2026-01.jsonl");
        _records.ReadLatest().Should().BeEquivalentTo(Record(3));
        _records.Read(DateTimeOffset.MinValue).Select(r => r.Cycle).Should().Equal("c0", "c1", "c2", "c3");
        _records.Read(December.AddMinutes(30)).Select(r => r.Cycle).Should().Equal("c1", "c2", "c3");
        _records.Read(December.AddDays(60)).Should().BeEmpty();
    }

    [Fact]
    public async Task Records_longer_than_a_block_are_read_from_either_end()
    {
        for (var i = 1; i < 5; i++) await _records.AppendAsync(Record(i) with { Error = new string((char)('a' + i), 50_000 * i) }, default);

        _records.Read(December).Select(r => r.Error!.Length).Should().Equal(50_000, 100_000, 150_000, 200_000);
        _records.ReadBackward().Select(r => r.Cycle).Should().Equal("c4", "c3", "c2", "c1");
    }

    [Fact]
    public async Task A_line_torn_at_any_byte_is_passed_over_and_then_cut_off()
    {
        await _records.AppendAsync(Record(1), default);
        await _records.AppendAsync(Record(2), default);
        var file = _folder["cycles/cycles-2026-01.jsonl"];
        var whole = await File.ReadAllBytesAsync(file);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = first; length < whole.Length; length += 7)
        {
            await File.WriteAllBytesAsync(file, whole[..length]);

            _records.ReadLatest()!.Cycle.Should().Be("c1", $"the second line was cut after {length - first} bytes");
            await _records.AppendAsync(Record(3), default);
            _records.Read(December).Select(r => r.Cycle).Should().Equal("c1", "c3");
        }
    }

    [Fact]
    public async Task A_whole_line_that_is_no_record_is_named()
    {
        await _records.AppendAsync(Record(1), default);
        await File.AppendAllTextAsync(_folder["cycles/cycles-2026-01.jsonl"], "{\"cycle\":1}\n");

        var read = () => _records.ReadLatest();

        read.Should().Throw<InvalidDataException>().WithMessage("*cycles-2026-01.jsonl:2: expected a cycle record*");
    }

    [Fact]
    public async Task Many_writers_lose_no_line()
    {
        CycleRecords[] writers = [_records, new CycleRecords(_folder["cycles"])];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++) await writers[t % 2].AppendAsync(Record(1) with { Cycle = $"{t}-{i}" }, default);
        })));

        _records.Read(December).Select(r => r.Cycle).Order().Should().Equal(
            from t in Enumerable.Range(0, 4) from i in Enumerable.Range(0, 5) select $"{t}-{i}");
    }

    private static CycleRecord Record(int number) => new()
    {
        Cycle = $"c{number}",
        Started = December + number * TimeSpan.FromMinutes(30),
        DurationSeconds = 1.5,
        Result = CycleResult.Published,
        Epoch = number,
        Commit = new string('a', 40),
        Warning = "the disk is slow",
        Models = [new ModelReport { Name = "news", Outcome = "Kept", Reason = "missing", State = ModelState.Missing, MissingSince = December }],
        Unlisted = ["old"],
    };
}
