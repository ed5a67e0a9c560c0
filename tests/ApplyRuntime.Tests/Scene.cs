using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests;

/// <summary>A folder, what publishes into it, and runtimes that look at it only when asked to.</summary>
internal sealed class Scene : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ModelRuntime> _runtimes = [];

    public Scene() => Builder = new FolderBuilder(_folder["fast-data"]);

    /// <summary>For what must happen in the end; far more than it takes.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Neither polls, in any time of a test, nor hears events: <see cref="ModelRuntime.Refresh"/> alone makes it look. Closing waits as long as it
    /// may take for its thread and for the leases of others, so that it has closed then.
    /// </summary>
    public static RuntimeOptions OnlyWhenAsked { get; } = new() { UseFileEvents = false, PollInterval = TimeSpan.FromHours(1), DrainTimeout = Patience };

    /// <summary>The same, with models mapped however small, so that a test can count them from outside.</summary>
    public static RuntimeOptions Mapping { get; } = OnlyWhenAsked with { Memory = ModelMemoryMode.Map };

    public static float[] Ones { get; } = [1, 1, 1];

    public FolderBuilder Builder { get; }

    public string Root => Builder.Layout.Root;

    /// <summary>A runtime that goes with the scene.</summary>
    public ModelRuntime Open(RuntimeOptions? options = null)
    {
        var runtime = ModelRuntime.Open(Root, options ?? OnlyWhenAsked);
        _runtimes.Add(runtime);
        return runtime;
    }

    /// <summary>Model files of this folder that this process has mapped. Linux only.</summary>
    public int CountMapped() => MappedFiles(Root).Count;

    /// <summary>Names of the mapped files under a folder, those that were deleted meanwhile included. Linux only.</summary>
    public static IReadOnlyList<string> MappedFiles(string folder) =>
        [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(folder, StringComparison.Ordinal))
            .Select(line => line[line.IndexOf(folder, StringComparison.Ordinal)..]).Distinct()];

    /// <summary>Waits for something that another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(5, patience.Token);
    }

    /// <summary>The same for a test that holds a lease, which it cannot while it awaits.</summary>
    public static void Until(Func<bool> holds) => SpinWait.SpinUntil(holds, Patience).Should().BeTrue("it must happen in the end");

    /// <summary>Feature vector of ones.</summary>
    public static float[] OnesOf(int length)
    {
        var ones = new float[length];
        Array.Fill(ones, 1f);
        return ones;
    }

    public void Dispose()
    {
        foreach (var runtime in _runtimes) runtime.Dispose();
        _folder.Dispose();
    }
}
