using System.Diagnostics;
using System.Text;
using Delivery.ApplyRuntime;
using Delivery.FastData;
using Delivery.Models;
using Delivery.Models.Kinds;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>Four processes that map the same GiB of models of 16 MiB: what they take of the machine's memory together.</summary>
internal static class SharingScenario
{
    private const int Processes = 4;
    private const int Models = 64;
    private const int Features = 381_296; // × 11 classes × 4 bytes: 16 MiB
    private const double Target = 1.15;
    private const double KiBPerGiB = 1 << 20;

    public static async Task RunAsync(TextWriter output, int models)
    {
        using var folder = new TemporaryFolder();
        var bytes = Publish(new FolderLayout(folder["fast-data"]), models);
        var readers = new List<Process>();
        try
        {
            for (var i = 0; i < Processes; i++) readers.Add(await StartAsync(folder["fast-data"], models));
            var sizes = readers.Select(reader => ProcessFigures.Proportional(reader.Id) / KiBPerGiB).ToList();
            var whole = bytes / KiBPerGiB / 1024;
            output.WriteLine("| models | their files | processes | sum of proportional set sizes | of the files | each above its share of the files | target |\n| ---: | ---: | ---: | ---: | ---: | ---: | --- |");
            output.WriteLine($"| {models} | {whole:0.000} GiB | {Processes} | {sizes.Sum():0.000} GiB | {sizes.Sum() / whole:0.00} | {(sizes.Sum() - whole) / Processes * 1024:0} MiB | {(models == Models ? $"at most {Target} GiB" : "")} |");
        }
        finally
        {
            foreach (var reader in readers)
            {
                reader.Kill();
                reader.Dispose();
            }
        }
    }

    /// <summary>One of the processes: opens the folder, decides once with each model, says so, and stays.</summary>
    public static void Read(TextReader input, TextWriter output, string folder)
    {
        using var runtime = ModelRuntime.Open(folder, new RuntimeOptions { Memory = ModelMemoryMode.Map });
        var features = new float[Features];
        var decided = runtime.Status.Models.Count(model => runtime.Decide(model.Name.Value, features).Class >= 0);
        output.WriteLine($"{decided}");
        output.Flush();
        input.ReadLine();
    }

    private static async Task<Process> StartAsync(string folder, int models)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(SharingScenario).Assembly.Location, "sharing-reader", folder]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadLineAsync();
        return said == $"{models}" ? process : throw new InvalidOperationException($"A reader decided with '{said}' of {models} models.");
    }

    private static long Publish(FolderLayout layout, int models)
    {
        Directory.CreateDirectory(layout.Models);
        Directory.CreateDirectory(layout.Manifests);
        var entries = new List<ManifestEntry>();
        for (var model = 0; model < models; model++)
        {
            var name = ModelName.Parse($"model_{model:00}");
            var file = DecisionBed.File(name.Value, model, Features);
            var entry = new ManifestEntry(name, file.Length, ContentHash.Of(file), LinearSoftmax.KindName);
            File.WriteAllBytes(layout.ModelPath(entry), file);
            entries.Add(entry);
        }
        var manifest = new Manifest(1, CommitId.Parse(ContentHash.Of(Encoding.ASCII.GetBytes("1")).Hex[..40]), entries);
        File.WriteAllBytes(layout.ManifestPath(manifest.Epoch, manifest.Commit), manifest.ToBytes());
        File.WriteAllBytes(layout.Current, new CurrentPointer(FolderLayout.Format, manifest.Epoch, manifest.Commit, ContentHash.Of(manifest.ToBytes())).ToBytes());
        return entries.Sum(entry => entry.Length);
    }
}
