using Delivery.ApplyRuntime;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>What a decision costs above the kernel, 100 models in the folder: short slices of each in turns, so that other work hits all alike.</summary>
internal static class DecideScenario
{
    public const string Model = "model_42";
    private const string PlainModel = "model_41";
    private const int Models = 100;
    private const int Slices = 2_001;
    private const int PerSlice = 200;
    private const double Target = 150;

    public static void Run(TextWriter output)
    {
        output.WriteLine($"| {DecisionBed.Classes} classes | features | minimum | median | above the kernel, minimum | median | target |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var features in new[] { 601, 3301 })
        {
            using var folder = new TemporaryFolder();
            using var runtime = Open(folder, features);
            var bed = new DecisionBed(runtime, Model, features);
            (string Name, Action Once, bool Aimed)[] ways =
            [
                ("kernel alone", () => bed.Kernel(), false),
                ("Decide(model, features)", () => bed.ByName(), true),
                ("Decide(request, blender), no exploration", () => bed.WithoutExploration(), true),
                ("the same, drawn, not explored", () => bed.DrawnNotExplored(), true),
                ("the same, the runtime reads the clock", () => bed.DrawnByClock(), false),
                ("the same, explored, no sink", () => bed.Explored(), true),
            ];
            var times = InTurns.Time(Slices, PerSlice, [.. ways.Select(way => way.Once)]);
            for (var way = 0; way < ways.Length; way++)
            {
                var difference = way == 0 ? "| |" : $"{times[way].Min() - times[0].Min():0} ns | {InTurns.Median(times[way]) - InTurns.Median(times[0]):0} ns |";
                output.WriteLine($"| {ways[way].Name} | {features} | {times[way].Min():0} ns | {InTurns.Median(times[way]):0} ns | {difference} {(ways[way].Aimed ? $"{Target:0} ns" : "")} |");
            }
        }
    }

    /// <summary>A runtime over a new folder of models that take so many features.</summary>
    public static ModelRuntime Open(TemporaryFolder folder, int features)
    {
        var builder = new FolderBuilder(folder["fast-data"]);
        for (var i = 0; i < Models; i++) builder.With($"model_{i}", DecisionBed.File($"model_{i}", 1, features));
        builder.Publish();
        return ModelRuntime.Open(builder.Layout.Root, new RuntimeOptions { ApplyModels = DecisionBed.Settings(PlainModel, Model) });
    }
}
