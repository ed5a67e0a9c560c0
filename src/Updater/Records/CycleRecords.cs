using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Delivery.FastData.Storage;

namespace Delivery.Updater.Records;

/// <summary>
/// What each cycle did, one line of JSON a cycle in <c>cycles-YYYY-MM.jsonl</c>, by the month of its start in UTC. A line is on the
/// disk before the append returns; one that a crash cut short is passed over, and cut off by the next append. Safe for
/// concurrent use by threads and processes.
/// </summary>
public sealed class CycleRecords
{
    /// <summary>For others that append: each has the lock for one line, but on a slow disk that takes its time, and nobody stands in a queue.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly string _folder;

    /// <param name="folder">Made by the first append when missing.</param>
    public CycleRecords(string folder) => _folder = Path.GetFullPath(folder);

    /// <exception cref="IOException">The disk refused; the record is not kept.</exception>
    public async Task AppendAsync(CycleRecord record, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(record, CycleJson.Default.CycleRecord) + "\n");
        using var alone = await LockAsync(cancellationToken);
        await using var file = new FileStream(FileOf(record.Started), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(WholeLines.Length(file));
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(line, CancellationToken.None); // a cycle that was told to stop still leaves its record
        file.Flush(flushToDisk: true);
    }

    /// <summary>The newest record; null when there is none.</summary>
    /// <exception cref="InvalidDataException">A line is no record; the message names file and line.</exception>
    public CycleRecord? ReadLatest() => ReadBackward().FirstOrDefault();

    /// <summary>All records, newest first. Reads no more than is asked for, however long the history is.</summary>
    /// <exception cref="InvalidDataException">A line is no record; the message names file and line.</exception>
    public IEnumerable<CycleRecord> ReadBackward() => Files().Reverse().SelectMany(file => ReadFile(file, WholeLines.Backward));

    /// <summary>Records of cycles that started at <paramref name="since"/> or later, oldest first.</summary>
    /// <exception cref="InvalidDataException">A line is no record; the message names file and line.</exception>
    public IEnumerable<CycleRecord> Read(DateTimeOffset since) =>
        from file in Files()
        where string.CompareOrdinal(file, FileOf(since)) >= 0
        from record in ReadFile(file, WholeLines.Forward)
        where record.Started >= since
        select record;

    private string[] Files()
    {
        if (!Directory.Exists(_folder)) return [];
        var files = Directory.GetFiles(_folder, "cycles-????-??.jsonl");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private string FileOf(DateTimeOffset time) => Path.Combine(_folder, $"cycles-{time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.jsonl");

    private static IEnumerable<CycleRecord> ReadFile(string path, Func<FileStream, IEnumerable<(byte[] Line, long Offset)>> lines)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var (line, offset) in lines(file)) yield return ReadLine(file, line, offset);
    }

    private static CycleRecord ReadLine(FileStream file, byte[] line, long offset)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CycleJson.Default.CycleRecord) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file.Name}:{WholeLines.NumberAt(file, offset)}: expected a cycle record: {OneLine.Of(e.Message)}", e);
        }
    }

    // A lock file of its own: on Linux only FileShare.None excludes, and on the records themselves it would shut out readers.
    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var (path, disk, started) = (Path.Combine(_folder, "cycles.lock"), new LocalDisk(), Stopwatch.GetTimestamp());
        while (true)
        {
            if (disk.TryLock(path) is { } held) return held;
            if (Stopwatch.GetElapsedTime(started) > LongestWait) throw new IOException($"{path}: others have held it for {LongestWait.TotalSeconds:0} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }
}
