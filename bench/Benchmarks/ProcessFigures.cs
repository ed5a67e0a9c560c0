namespace Delivery.Benchmarks;

/// <summary>What the kernel says of a process. Linux only.</summary>
internal static class ProcessFigures
{
    /// <summary>Mappings whose file lies under a folder, deleted files included.</summary>
    public static int MappingsUnder(string folder) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(folder, StringComparison.Ordinal));

    public static int Mappings() => File.ReadLines("/proc/self/maps").Count();

    public static int Handles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    /// <summary>Resident memory in KiB.</summary>
    public static long Resident() => Field("/proc/self/status", "VmRSS:");

    /// <summary>Proportional set size in KiB: a page that n processes share counts a share of 1/n for each.</summary>
    public static long Proportional(int process) => Field($"/proc/{process}/smaps_rollup", "Pss:");

    private static long Field(string file, string name) =>
        long.Parse(File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal));
}
