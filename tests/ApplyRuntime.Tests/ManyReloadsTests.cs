using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests;

public sealed class ManyReloadsTests : IDisposable
{
    private const int Models = 8;
    private const int WarmUp = 50;
    private static readonly int Reloads = LongRun.IsWanted ? 20_000 : 300;

    private readonly Scene _scene = new();
    private readonly Queue<string> _old = [];

    public void Dispose() => _scene.Dispose();

    /// <summary>Two models change in each generation, and the files of generations before the last three go, as retirement does it.</summary>
    [Fact]
    public void Mappings_handles_and_files_do_not_grow_with_reloads()
    {
        if (!OperatingSystem.IsLinux()) return; // what is counted are files of its kernel
        for (var model = 0; model < Models; model++) Put(model, 0);
        _scene.Builder.Publish();
        var runtime = _scene.Open();
        var (handles, files) = (0, 0);
        for (var reload = 1; reload <= Reloads; reload++)
        {
            for (var model = reload; model < reload + 2; model++)
            {
                _old.Enqueue(_scene.Builder.PathOf(Name(model)));
                Put(model, reload);
            }
            var old = runtime.Status;
            _old.Enqueue(_scene.Builder.Layout.ManifestPath(old.Epoch, old.Commit!.Value));
            _scene.Builder.Publish();
            runtime.Refresh().Epoch.Should().Be(reload + 1);
            while (_old.Count > 9) File.Delete(_old.Dequeue());
            if (reload == WarmUp) (handles, files) = (Handles(), Files());
        }

        var status = runtime.Status;
        (status.Reloads, status.FailedReloads, status.RetiredGenerations).Should().Be((Reloads + 1, 0L, 0));
        _scene.CountMapped().Should().BeLessThanOrEqualTo(Models, "models that no generation holds are unmapped");
        Handles().Should().Be(handles, "a reload keeps no file open");
        Files().Should().Be(files);
        var deleted = Scene.MappedFiles(_scene.Root).Where(file => file.EndsWith("(deleted)", StringComparison.Ordinal));
        deleted.Should().BeEmpty("a file that is gone takes no memory");
    }

    private static string Name(int model) => $"model_{model % Models}";

    /// <summary>Descriptors that lead into the folder: all others of this process are those of other tests, which come and go.</summary>
    private int Handles() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(descriptor => descriptor.LinkTarget?.StartsWith(_scene.Root, StringComparison.Ordinal) == true);

    private int Files() => Directory.EnumerateFiles(_scene.Root, "*", SearchOption.AllDirectories).Count();

    private void Put(int model, int number) => _scene.Builder.With(Name(model), FolderBuilder.Linear(Name(model), 4, 3, (k, i) => number + k + (i / 8f)));
}
