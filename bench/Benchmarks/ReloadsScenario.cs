using System.Text;
using Delivery.ApplyRuntime;
using Delivery.FastData;
using Delivery.FastData.Publishing;
using Delivery.Models;
using Delivery.Models.Kinds;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// Reload after reload, 2 of 20 models changed in each, written by the code that publishes and cleaned up by its retirement: does
/// anything grow? Resident memory, mappings, handles, files of the folder and the time of a decision, at 100 points of the run.
/// </summary>
internal static class ReloadsScenario
{
    private const int Models = 20;
    private const int Changed = 2;
    private const int Features = 61;
    private const int Points = 100;
    private const int WarmUp = 2_000; // reloads until the code is compiled for good and the memory has its size
    private const int SlicesPerPoint = 20; // the shortest counts: the others hold other work of the machine
    private const int DecisionsPerSlice = 1_000;
    private const double MemoryTarget = 1.05;
    private const double TimeTarget = 1.05;

    public static void Run(TextWriter output, int reloads)
    {
        using var folder = new TemporaryFolder();
        var writer = new Writer(folder["fast-data"]);
        writer.PublishNext();
        using var runtime = ModelRuntime.Open(writer.Layout.Root, new RuntimeOptions { UseFileEvents = false, PollInterval = TimeSpan.FromHours(1), ApplyModels = DecisionBed.Settings(Name(0), Name(1)) });
        var bed = new DecisionBed(runtime, Name(1), Features);
        var points = new List<Point>();
        for (var reload = 1 - WarmUp; reload <= reloads; reload++)
        {
            var epoch = writer.PublishNext();
            if (runtime.Refresh().Epoch != epoch) throw new InvalidOperationException($"Epoch {epoch} was not taken: {runtime.Status.LastError}");
            if (reload < 0 || reload % int.Max(1, reloads / Points) != 0) continue;
            var time = Enumerable.Range(0, SlicesPerPoint).Min(_ => InTurns.Nanoseconds(DecisionsPerSlice, () => bed.DrawnNotExplored()));
            points.Add(new Point(ProcessFigures.Resident(), ProcessFigures.Mappings(), ProcessFigures.MappingsUnder(writer.Layout.Root), ProcessFigures.Handles(), writer.CountFiles(), time));
        }
        var status = runtime.Status;
        output.WriteLine($"{status.Reloads} reloads, {status.FailedReloads} failed, {status.RetiredGenerations} generations waiting; {points.Count} points\n");
        output.WriteLine("| | first tenth | last tenth | ratio | highest | slope over the run | target |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |");
        Row("resident memory, KiB", point => point.Resident, $"ratio at most {MemoryTarget}");
        Row("mappings", point => point.Mappings, "");
        Row("mappings of models", point => point.ModelMappings, "0, as small models are copied");
        Row("handles", point => point.Handles, "flat");
        Row("files in the folder", point => point.Files, "flat");
        Row("decision, ns", point => point.Decision, $"ratio at most {TimeTarget}");

        void Row(string name, Func<Point, double> of, string target)
        {
            var (first, last) = (InTurns.Median(points.Take(points.Count / 10).Select(of)), InTurns.Median(points.TakeLast(points.Count / 10).Select(of)));
            output.WriteLine($"| {name} | {first:0} | {last:0} | {last / first:0.000} | {points.Max(of):0} | {Slope([.. points.Select(of)]) / first:+0.0 %;-0.0 %;0.0 %} | {target} |");
        }
    }

    private static string Name(int model) => $"model_{model:00}";

    /// <summary>How far the line of Theil and Sen rises from the first point to the last: the median slope of all pairs, which no outlier moves.</summary>
    private static double Slope(double[] values)
    {
        var slopes = from i in Enumerable.Range(0, values.Length) from j in Enumerable.Range(i + 1, values.Length - i - 1) select (values[j] - values[i]) / (j - i);
        return InTurns.Median(slopes) * (values.Length - 1);
    }

    private readonly record struct Point(double Resident, double Mappings, double ModelMappings, double Handles, double Files, double Decision);

    /// <summary>The live side of a publisher, without a history and without waiting for the disk.</summary>
    private sealed class Writer
    {
        private readonly GenerationFiles _files;
        private readonly Retirement _retirement;
        private readonly ManifestEntry[] _entries = new ManifestEntry[Models];
        private Manifest? _before;

        public Writer(string root)
        {
            Layout = new FolderLayout(root);
            _files = new GenerationFiles(Layout, new UnflushedDisk());
            _retirement = new Retirement(Layout, new UnflushedDisk(), TimeProvider.System) { KeepGenerations = TimeSpan.Zero };
            _files.CreateDirectories();
        }

        public FolderLayout Layout { get; }

        public long PublishNext()
        {
            var epoch = (_before?.Epoch ?? 0) + 1;
            var first = _before is null ? 0 : (int)(epoch * Changed % Models);
            var fresh = Enumerable.Range(first, _before is null ? Models : Changed).Select(model => (Model: model, Bytes: DecisionBed.File(Name(model), (int)epoch, Features))).ToList();
            foreach (var (model, bytes) in fresh) _entries[model] = new ManifestEntry(ModelName.Parse(Name(model)), bytes.Length, ContentHash.Of(bytes), LinearSoftmax.KindName);
            _files.WriteModels([.. fresh.Select(f => (_entries[f.Model], (ReadOnlyMemory<byte>)f.Bytes))]);
            var manifest = new Manifest(epoch, CommitId.Parse(ContentHash.Of(Encoding.ASCII.GetBytes($"{epoch}")).Hex[..40]), [.. _entries]);
            var pointer = _files.WriteManifest(manifest);
            _files.Announce(pointer);
            _retirement.Run(pointer, _before, manifest);
            _before = manifest;
            return epoch;
        }

        public int CountFiles() => Directory.EnumerateFiles(Layout.Root, "*", SearchOption.AllDirectories).Count();
    }
}
