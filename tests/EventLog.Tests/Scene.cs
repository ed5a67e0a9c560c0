using Delivery.EventLog.Appender;
using Delivery.EventLog.Reading;
using Delivery.EventLog.Writing;
using Delivery.TestKit;

namespace Delivery.EventLog.Tests;

/// <summary>A directory of a log and what most tests do with it.</summary>
internal sealed class Scene : IDisposable
{
    /// <summary>Long enough for the slowest machine; a test that gets here has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();
    private readonly float[] _scratch = new float[8];

    public string Directory => _folder["events"];

    public List<EventLogProblem> Problems { get; } = [];

    public IEnumerable<string> Files => System.IO.Directory.EnumerateFiles(Directory).Order(StringComparer.Ordinal);

    public string this[string name] => _folder[name];

    public EventLogWriter Open(EventLogOptions? options = null, TimeProvider? time = null) => new(Directory, Quick(options), time);

    public EventLogWriter Open(ISegmentDisk disk, EventLogOptions? options = null, TimeProvider? time = null) => new(Directory, Quick(options), time, disk);

    /// <summary>Appends numbers from..to, which must find a place.</summary>
    public void Append(EventLogWriter log, int from, int to, int thread = 0)
    {
        for (var number = from; number < to; number++) Workload.Append(log, thread, number, _scratch).Should().BeTrue();
    }

    /// <summary>Appends and waits until it is flushed.</summary>
    public void Flush(EventLogWriter log, int from, int to, int thread = 0)
    {
        Append(log, from, to, thread);
        log.Flush(Patience).Should().BeTrue();
    }

    /// <summary>A log of one writer that is closed, with numbers 0..count.</summary>
    public void WriteClosed(int count, EventLogOptions? options = null, int thread = 0)
    {
        using var log = Open(options);
        Append(log, 0, count, thread);
    }

    public EventLogReader Reader(EventLogPosition? from = null, EventLogReaderOptions? options = null, TimeProvider? time = null) =>
        new(Directory, from, (options ?? new EventLogReaderOptions()) with { Problem = Problems.Add }, time);

    /// <summary>Thread and number of all records there are now, each verified.</summary>
    public static List<(int Thread, int Number)> ReadAll(EventLogReader reader)
    {
        var all = new List<(int, int)>();
        while (reader.TryRead(out var record)) all.Add(Workload.Verify(record.Data));
        return all;
    }

    public List<int> Numbers() => [.. ReadAll(Reader()).Select(record => record.Number)];

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(5, limit.Token);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Unless a test is about a close that gives up, one waits until all is written, however slow the disk is.</summary>
    private static EventLogOptions Quick(EventLogOptions? options) => (options ?? new EventLogOptions { QueueBytes = 1 << 20 }) with
    {
        FlushInterval = TimeSpan.FromMilliseconds(5), Host = "host", LongestRetryDelay = TimeSpan.FromMilliseconds(20),
        CloseTimeout = options?.CloseTimeout == TimeSpan.Zero ? TimeSpan.Zero : Patience,
    };
}
