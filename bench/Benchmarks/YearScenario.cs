using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Maintaining;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// A year of publishes, one each half hour of a clock that is moved by hand: 20 models of 26 KB, cards and weights, each time all
/// new, with maintenance once a simulated week, on a disk that is not waited for. Is the last publish as quick as the first, and what does the folder grow to?
/// </summary>
internal static class YearScenario
{
    private const int ModelCount = 20;
    private const int Classes = 11;
    private const int Features = 601;
    private const int PerDay = 48;
    private const int Days = 365;
    private const int Sample = 500;
    private const int MaintainEachDays = 7;

    // Making up 350,000 sets of weights would take longer than publishing them: one weight tells a file from the last.
    private static readonly byte[][] Seeds = [.. Enumerable.Range(0, ModelCount).Select(i => TestModels.Linear($"model_{i}", i, Classes, Features))];

    public static async Task RunAsync(TextWriter output, int days = Days)
    {
        using var temporary = new TemporaryFolder();
        var folder = temporary["fast-data"];
        var time = new ManualTime();
        var disk = new UnflushedDisk();
        var publisher = new FastDataPublisher(folder, time, disk);
        var maintenance = new FolderMaintenance(folder, new MaintenanceOptions(), time, disk);
        var (publishes, runs) = (new List<double>(), new List<double>());
        publisher.Publish(new Publication { ExpectedTip = null, Message = "Begin", Models = Models(0) }, default);
        GitProgram.Run(folder, "config", "core.fsync", "none");
        output.WriteLine("| day | publish, median | maintain, median | hot | packs | cold | history MODEL, 20 newest | git log MODEL, 20 newest |");
        output.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (var day = 1; day <= days; day++)
        {
            for (var i = 0; i < PerDay; i++)
            {
                time.Advance(TimeSpan.FromMinutes(30));
                var models = Models(publishes.Count + 1);
                publishes.Add(Time(() => Publish(publisher, models)));
            }
            SetAges(folder, time);
            if (day % MaintainEachDays != 0 && day != days) continue;
            var started = Stopwatch.GetTimestamp();
            var report = await maintenance.RunAsync(dryRun: false, default);
            runs.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (day % 28 != 0 && day != days) continue;
            output.WriteLine($"| {day} | {Median(publishes.TakeLast(Sample)):0.0} ms | {Median(runs.TakeLast(4)):0} ms | {report.HotBytesAfter >> 20} MiB | {report.PacksAfter} | {report.ColdBytes >> 20} MiB | {History(folder):0} ms | {GitLog(folder):0} ms |");
            output.Flush();
        }
        var (first, last) = (Median(publishes.Skip(PerDay).Take(Sample)), Median(publishes.TakeLast(Sample)));
        output.WriteLine($"\n{publishes.Count} publishes of {ModelCount} models of {Models(0)[0].File.Length} bytes. Median of the {Sample} publishes after the first day {first:0.0} ms, of the last {Sample} {last:0.0} ms: ratio {last / first:0.00}");
        GitProgram.FsckStrict(folder);
    }

    private static void Publish(FastDataPublisher publisher, ModelChange[] models)
    {
        var outcome = publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {models.Length} models", Models = models }, default);
        if (outcome is not PublishOutcome.Published) throw new InvalidOperationException($"The publish ended as {outcome}.");
    }

    private static ModelChange[] Models(int publish) => [.. Enumerable.Range(0, ModelCount).Select(i =>
    {
        var name = $"model_{i}";
        var file = Seeds[i].ToArray();
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(file.Length / 2 / sizeof(float) * sizeof(float)), (publish + 1) * 1e-6f);
        var card = $"{{\n  \"name\": \"{name}\",\n  \"kind\": \"linear_softmax\",\n  \"request_count\": {1000 + (publish * 37)},\n  \"sha256\": \"{Convert.ToHexStringLower(SHA256.HashData(file))}\",\n  \"gate\": \"accepted: no harm seen, value {publish % 997 / 997.0:0.00000}\"\n}}\n";
        return new ModelChange(ModelName.Parse(name), file, Encoding.UTF8.GetBytes(card));
    })];

    // Files get the real time; retirement goes by the simulated one.
    private static void SetAges(string folder, ManualTime time)
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "manifests")))
        {
            if (File.GetLastWriteTimeUtc(path) > time.GetUtcNow().UtcDateTime) File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        }
    }

    private static double History(string folder) => Median(Enumerable.Range(0, 5).Select(_ => Time(() => _ = new FastDataHistory(folder).Read(ModelName.Parse("model_7")).Take(20).Count())));

    private static double GitLog(string folder) => Median(Enumerable.Range(0, 5).Select(_ => Time(() => GitProgram.Run(folder, "log", "-20", "--oneline", "--", "models/model_7.json"))));

    private static double Time(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
