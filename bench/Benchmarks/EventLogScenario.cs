using System.Diagnostics;
using Delivery.EventLog;
using Delivery.EventLog.Reading;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// Logging decisions of 601 features. First what one costs the request's thread, beside a plain copy of as many bytes within as
/// much memory; then how fast they come to the operating system, beside a plain FileStream that writes the same bytes.
/// </summary>
internal static class EventLogScenario
{
    private const int Features = 601;
    private const int WarmUp = 40; // until the code is compiled for good and all of the memory was touched
    private const int Rounds = 101;
    private const int RecordsPerRound = 1_000; // short slices: other work on the machine hits few of them
    private const int RecordsPerFlush = 5_000;
    private const long Memory = 16 << 20;

    public static void Run(TextWriter output)
    {
        using var folder = new TemporaryFolder();
        var features = new float[Features];
        for (var i = 0; i < Features; i++) features[i] = i / 1024f;
        var bytes = BytesOfOne(folder["one"], features);
        output.WriteLine($"A record takes {bytes} bytes in the file.\n");
        Append(output, folder["append"], features, bytes);
        Throughput(output, folder, features, bytes);
    }

    private static void Append(TextWriter output, string directory, float[] features, int bytes)
    {
        var (ours, copies) = (new double[Rounds], new double[Rounds]);
        var (from, memory) = (new byte[bytes], new byte[Memory]);
        // The background thread sleeps meanwhile: this is the request's thread alone.
        using var log = new EventLogWriter(directory, new EventLogOptions { QueueBytes = Memory, FlushInterval = TimeSpan.FromMinutes(1), KeepBytes = Memory });
        var at = 0;
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < RecordsPerRound; i++) Log(log, features);
            var appended = Stopwatch.GetElapsedTime(started);
            if (!log.Flush(TimeSpan.FromMinutes(1)) || log.Dropped > 0) throw new InvalidOperationException($"{log.Dropped} records were dropped: {log.LastError}");
            started = Stopwatch.GetTimestamp();
            for (var i = 0; i < RecordsPerRound; i++)
            {
                if (at + bytes > memory.Length) at = 0;
                from.CopyTo(memory, at);
                at += bytes;
            }
            var copied = Stopwatch.GetElapsedTime(started);
            if (round >= 0) (ours[round], copies[round]) = (appended.TotalNanoseconds / RecordsPerRound, copied.TotalNanoseconds / RecordsPerRound);
        }
        output.WriteLine("| on the request's thread | minimum | median |\n| --- | ---: | ---: |");
        output.WriteLine($"| Append | {ours.Min():0} ns | {Median(ours):0} ns |");
        output.WriteLine($"| copy of as many bytes | {copies.Min():0} ns | {Median(copies):0} ns |");
        output.WriteLine($"| difference | {ours.Min() - copies.Min():0} ns | {Median(ours) - Median(copies):0} ns |\n");
    }

    private static void Throughput(TextWriter output, TemporaryFolder folder, float[] features, int bytes)
    {
        const int rounds = 21;
        var (ours, buffered, plain) = (new double[rounds], new double[rounds], new double[rounds]);
        var record = new byte[bytes];
        using (var log = new EventLogWriter(folder["log"], new EventLogOptions { QueueBytes = 4 * Memory, FlushInterval = TimeSpan.FromMinutes(1), KeepBytes = 4 * Memory }))
        {
            for (var round = -5; round < rounds; round++)
            {
                for (var i = 0; i < RecordsPerFlush; i++) Log(log, features);
                var rate = Rate(bytes, () => log.Flush(TimeSpan.FromMinutes(1)));
                var (large, small) = (Rate(bytes, () => WriteFile(folder["file"], record, bufferSize: 256 << 10)), Rate(bytes, () => WriteFile(folder["file"], record, bufferSize: 4096)));
                if (round >= 0) (ours[round], buffered[round], plain[round]) = (rate, large, small);
            }
            if (log.Dropped > 0) throw new InvalidOperationException($"{log.Dropped} records were dropped.");
        }
        output.WriteLine($"| {RecordsPerFlush} records to the operating system | maximum | median | of FileStream, 256 KiB |\n| --- | ---: | ---: | ---: |");
        foreach (var (name, rates) in new[] { ("EventLogWriter.Flush", ours), ("FileStream, buffer of 256 KiB", buffered), ("FileStream, default buffer", plain) })
        {
            output.WriteLine($"| {name} | {rates.Max():0} MB/s | {Median(rates):0} MB/s | {Median(rates) / Median(buffered):0.00} |");
        }
    }

    private static void WriteFile(string path, byte[] record, int bufferSize)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize);
        for (var i = 0; i < RecordsPerFlush; i++) file.Write(record);
    }

    private static bool Log(EventLogWriter log, float[] features) => log.Append(new RequestEntry
    {
        RequestId = "1732252547123-4711-17", Time = DateTimeOffset.UnixEpoch, Model = "news_touch", ModelVersion = 2, RequestCount = 123_456, Intent = "NEWS_WIZARD", Features = features, Pivot = 2, Production = 3,
        Shown = 4, Bundle = "positional_local_random_hard", Propensity = 0.2, ExploreProbability = 0.05, SaltBucket = 981_792, Locale = "ru", Ui = "touch", Experiment = "42", Source = "fast_data", Epoch = 12,
        Commit = "7d1caee07d1caee07d1caee07d1caee07d1caee0", ModelSha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Draw = 1, ClassCount = 11, ConfigHash = 2,
    });

    private static int BytesOfOne(string directory, float[] features)
    {
        using (var log = new EventLogWriter(directory)) Log(log, features);
        return new EventLogReader(directory).TryRead(out var record) ? record.Bytes : throw new InvalidOperationException("The record was not read back.");
    }

    private static double Rate(int bytes, Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return (double)bytes * RecordsPerFlush / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e6;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
