using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Delivery.Updater.Records;

/// <summary>
/// What each cycle did, one line of JSON a cycle in <c>cycles-YYYY-MM.jsonl</c>, by the month of its start in UTC. A line is on the
/// disk before the append returns; one that a crash cut short is passed over, and cut off by the next append. Safe for
/// concurrent use by threads and processes.
/// </summary>
public sealed class CycleRecords
{
    private readonly string _folder;

    /// <param name="folder">Made by the first append when missing.</param>
    public CycleRecords(string folder) => _folder = Path.GetFullPath(folder);

    /// <exception cref="IOException">The disk refused; the record is not kept.</exception>
    public async Task AppendAsync(CycleRecord record, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(record, CycleJson.Default.CycleRecord) + "\n");
        await using var alone = await LockAsync(cancellationToken);
        await using var file = new FileStream(FileOf(record.Started), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(WholeLines(file));
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(line, CancellationToken.None); // a cycle that was told to stop still leaves its record
        file.Flush(flushToDisk: true);
    }

    /// <summary>The newest record; null when there is none.</summary>
    /// <exception cref="InvalidDataException">A line is no record; the message names file and line.</exception>
    public CycleRecord? ReadLatest()
    {
        foreach (var file in Files().Reverse())
        {
            if (ReadFile(file).LastOrDefault() is { } latest) return latest;
        }
        return null;
    }

    /// <summary>Records of cycles that started at <paramref name="since"/> or later, oldest first.</summary>
    /// <exception cref="InvalidDataException">A line is no record; the message names file and line.</exception>
    public IEnumerable<CycleRecord> Read(DateTimeOffset since) =>
        from file in Files()
        where string.CompareOrdinal(file, FileOf(since)) >= 0
        from record in ReadFile(file)
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

    private static IEnumerable<CycleRecord> ReadFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var number = 0;
        for (var start = 0; text.IndexOf('\n', start) is >= 0 and var end; start = end + 1)
        {
            number++;
            yield return ReadLine(text[start..end], path, number);
        }
        // What follows the last newline was torn by a crash, or is being written.
    }

    private static CycleRecord ReadLine(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CycleJson.Default.CycleRecord) ?? throw new InvalidDataException($"{path}:{number}: expected a cycle record, found null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}:{number}: expected a cycle record: {OneLine.Of(e.Message)}", e);
        }
    }

    /// <summary>Bytes up to and with the last newline.</summary>
    private static long WholeLines(FileStream file)
    {
        var block = new byte[4096];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(block, 0, (int)(end - start));
            var newline = block.AsSpan(0, (int)(end - start)).LastIndexOf((byte)'\n');
            if (newline >= 0) return start + newline + 1;
            end = start;
        }
        return 0;
    }

    // A lock file of its own: on Linux only FileShare.None excludes, and on the records themselves it would shut out readers.
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        const int attempts = 250;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, "cycles.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
        }
    }
}
