using Delivery.EventLog.Reading;
using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Tests.Reading;

/// <summary>Every byte of a segment, cut and flipped.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Count = 3;

    private readonly Scene _scene = new();
    private readonly string _file;
    private readonly byte[] _bytes;
    private readonly List<EventLogRecord> _records = [];

    public DamageTests()
    {
        _scene.WriteClosed(Count);
        _file = _scene.Files.Single();
        _bytes = File.ReadAllBytes(_file);
        var reader = _scene.Reader();
        while (reader.TryRead(out var record)) _records.Add(record);
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_segment_that_is_cut_anywhere_gives_its_whole_records_and_reports_the_rest()
    {
        for (var length = 0; length < _bytes.Length; length++)
        {
            var numbers = Read(_bytes[..length]);

            var whole = _records.Count(record => record.Offset + record.Bytes <= length);
            numbers.Should().Equal(Enumerable.Range(0, whole), "cut to {0} bytes", length);
            var end = whole > 0 ? _records[whole - 1].Offset + _records[whole - 1].Bytes : length >= 40 ? 40 : 0;
            _scene.Problems.Sum(problem => problem.Bytes).Should().Be(length - end, "cut to {0} bytes", length);
            _scene.Problems.Should().NotContain(problem => problem.Kind != EventLogProblemKind.TornTail);
            EventLogCheck.Run(_scene.Directory).Single().State.Should().Be(SegmentState.CutOff);
        }
    }

    [Fact]
    public void Each_flipped_bit_is_reported_and_takes_at_most_the_record_that_it_is_in()
    {
        for (var bit = 0; bit < _bytes.Length * 8; bit++)
        {
            var (bytes, at) = (_bytes.ToArray(), bit / 8);
            bytes[at] ^= (byte)(1 << (bit % 8));

            var numbers = Read(bytes);

            var hit = _records.FindIndex(record => at >= record.Offset && at < record.Offset + record.Bytes);
            numbers.Should().Equal(Enumerable.Range(0, Count).Where(number => number != hit), "bit {0} of byte {1}", bit % 8, at);
            var problem = _scene.Problems.Should().ContainSingle("bit {0} of byte {1}", bit % 8, at).Subject;
            problem.Message.Should().StartWith(Path.GetFileName(_file));
            if (hit < 0) continue;
            (problem.Kind, problem.Offset, problem.Bytes).Should().Be((EventLogProblemKind.Damaged, _records[hit].Offset, _records[hit].Bytes));
        }
    }

    [Fact]
    public void A_hole_anywhere_takes_the_records_that_it_touches_and_no_others()
    {
        const int seed = 3;
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var (bytes, from) = (_bytes.ToArray(), random.Next(40, _bytes.Length - 12));
            var to = Math.Min(_bytes.Length - 12, from + 1 + random.Next(300));
            if (i % 2 == 0) bytes.AsSpan(from, to - from).Clear(); // as a file system leaves it after a power cut
            else random.NextBytes(bytes.AsSpan(from, to - from));

            var numbers = Read(bytes);

            var touched = _records.FindAll(record => record.Offset < to && record.Offset + record.Bytes > from && !bytes.AsSpan((int)record.Offset, record.Bytes).SequenceEqual(_bytes.AsSpan((int)record.Offset, record.Bytes)));
            numbers.Should().Equal(Enumerable.Range(0, Count).Where(number => !touched.Contains(_records[number])), "seed {0}, round {1}", seed, i);
            _scene.Problems.Sum(problem => problem.Bytes).Should().Be(touched.Sum(record => record.Bytes), "seed {0}, round {1}", seed, i);
        }
    }

    [Fact]
    public void Records_of_another_segment_do_not_pass_as_its_own()
    {
        _scene.WriteClosed(Count, thread: 1);
        var other = File.ReadAllBytes(_scene.Files.Last(file => file != _file));
        File.Delete(_scene.Files.Last(file => file != _file));
        var first = (int)_records[1].Offset;

        Read([.. _bytes[..first], .. other[first..]]).Should().Equal(0);

        _scene.Problems.Sum(problem => problem.Bytes).Should().Be(other.Length - first);
    }

    [Fact]
    public void A_segment_of_another_format_is_named_and_not_read()
    {
        var bytes = _bytes.ToArray();
        bytes[8] = 2;
        var sum = Crc32C.Finish(Crc32C.Add(Crc32C.Start, bytes.AsSpan(0, 36)));
        BitConverter.TryWriteBytes(bytes.AsSpan(36), sum).Should().BeTrue();

        Read(bytes).Should().BeEmpty();

        _scene.Problems.Should().ContainSingle().Which.Message.Should().EndWith("offset 0: the segment has format 2; this version reads 1.");
    }

    [Fact]
    public void A_file_of_noise_gives_nothing_and_one_report()
    {
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);

        Read(noise).Should().BeEmpty();

        _scene.Problems.Sum(problem => problem.Bytes).Should().Be(noise.Length);
    }

    private List<int> Read(byte[] bytes)
    {
        File.WriteAllBytes(_file, bytes);
        _scene.Problems.Clear();
        return _scene.Numbers();
    }
}
