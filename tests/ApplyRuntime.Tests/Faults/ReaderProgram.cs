using System.Globalization;
using System.Runtime.InteropServices;
using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Faults;

/// <summary>A search process to break: this assembly as a program. It follows a folder and does what the lines of its input say.</summary>
internal static class ReaderProgram
{
    private const int AddressSpace = 9; // RLIMIT_AS
    private static readonly List<IDisposable> Hoard = [];

    /// <param name="arguments">The folder, and how its models are held.</param>
    public static int Main(string[] arguments)
    {
        if (arguments.Length != 2) return 2;
        var mode = Enum.Parse<ModelMemoryMode>(arguments[1]);
        ModelRuntime? runtime = null;
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var answer = words[0] switch
            {
                "open" => Tell(runtime = ModelRuntime.Open(arguments[0], new RuntimeOptions { Memory = mode, PollInterval = TimeSpan.FromMilliseconds(20), RetryAfter = TimeSpan.FromMilliseconds(50), RetryAtMost = TimeSpan.FromMilliseconds(50) })),
                "status" => Tell(runtime!),
                "fill-descriptors" => FillDescriptors(runtime!),
                "limit-memory" => LimitMemory(),
                "free" => Free(),
                "break-watch" => BreakWatch(),
                "reload" => Reload(arguments[0], mode, int.Parse(words[1], CultureInfo.InvariantCulture)),
                _ => throw new ArgumentException($"'{line}' is no command."),
            };
            Console.WriteLine(answer);
        }
        runtime?.Dispose();
        return 0;
    }

    private static string Tell(ModelRuntime runtime)
    {
        var status = runtime.Status;
        var decided = status.Models.Count(m => runtime.Decide(m.Name.Value, Scene.OnesOf(m.FeatureCount)).Source == DecisionSource.Model);
        return $"epoch={status.Epoch} models={status.Models.Count} decided={decided} problems={status.Problems.Count} first={(status.Problems.Count == 0 ? "" : status.Problems[0].Message.ReplaceLineEndings(" "))}";
    }

    /// <summary>Takes descriptors until the loader finds none: one that it had while the last was taken comes free again.</summary>
    private static string FillDescriptors(ModelRuntime runtime)
    {
        do
        {
            while (TryAdd(() => new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite))) continue;
        }
        while (runtime.Refresh().Problems.Count == 0);
        return $"hoarded={Hoard.Count}";
    }

    /// <summary>Leaves so little address space that no large model finds a place, while the process itself gets on.</summary>
    private static string LimitMemory()
    {
        var size = ulong.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * (ulong)Environment.SystemPageSize;
        return SetLimit(AddressSpace, new Limit(size + (48 << 20), ulong.MaxValue)) == 0 ? "limited" : $"refused={Marshal.GetLastPInvokeError()}";
    }

    private static bool TryAdd(Func<IDisposable> take)
    {
        try
        {
            Hoard.Add(take());
            return true;
        }
        catch (Exception e) when (e is IOException or OutOfMemoryException)
        {
            return false;
        }
    }

    private static string Free()
    {
        foreach (var held in Hoard) held.Dispose();
        Hoard.Clear();
        return SetLimit(AddressSpace, new Limit(ulong.MaxValue, ulong.MaxValue)) == 0 ? "free" : "not free";
    }

    /// <summary>Closes what the system watches with, behind the back of the framework, and puts nothing in its place.</summary>
    /// <remarks>A number that is free goes to the next file that the loader opens, and the framework would go on to read that one as if it were events.</remarks>
    private static string BreakWatch()
    {
        var closed = 0;
        using var nothing = new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        foreach (var link in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
        {
            if (link.LinkTarget?.Contains("inotify", StringComparison.Ordinal) != true) continue;
            var watch = int.Parse(link.Name, CultureInfo.InvariantCulture);
            if (Duplicate((int)nothing.SafeFileHandle.DangerousGetHandle(), watch) == watch) closed++;
        }
        return $"closed={closed}";
    }

    /// <summary>Reloads and decides in a region without any garbage collection, and tells what that left in memory.</summary>
    private static string Reload(string folder, ModelMemoryMode mode, int generations)
    {
        const int Features = 65_536; // 1 MiB of weights
        var files = new[] { 1f, 2f }.Select(weight => FolderBuilder.Linear("news", 4, Features, (_, _) => weight)).ToArray();
        var ones = Scene.OnesOf(Features);
        var builder = new FolderBuilder(folder);
        builder.With("news", files[0]).Publish();
        using var runtime = ModelRuntime.Open(folder, Scene.OnlyWhenAsked with { Memory = mode });
        long failed = 0, resident = 0, maps = 0, handles = 0;
        var collections = 0;
        GC.TryStartNoGCRegion(200 << 20);
        for (var i = 1; i <= generations; i++)
        {
            builder.With("news", files[i % 2]).Publish();
            if (runtime.Refresh().Epoch != builder.Epoch) failed++;
            for (var k = 0; k < 10; k++)
            {
                if (runtime.Decide("news", ones).Epoch != builder.Epoch) failed++;
            }
            if (i != 10) continue;
            // The test wants no collection at all between here and the end: what was freed then, the loader freed.
            (resident, maps, handles, collections) = (Resident(), Maps(folder), Handles(), GC.CollectionCount(0));
        }
        return $"failed={failed} collections={GC.CollectionCount(0) - collections} resident={Resident() - resident} handles={Handles() - handles} maps={Maps(folder)} before={maps}";
    }

    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static int Handles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static int Maps(string folder) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(folder, StringComparison.Ordinal));

    [DllImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(ulong Now, ulong AtMost);
}
