using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;
using Delivery.FastData.Signing;
using Delivery.Models.Formats;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>One try to load what a pointer names. Loader thread only.</summary>
internal sealed class ReloadAttempt
{
    private const int MostProblems = 1000;

    private readonly List<RuntimeProblem> _problems = [];
    private LoadedModel[] _models = [];
    private int _count;
    private int _more;

    private ReloadAttempt(CurrentPointer pointer) => Pointer = pointer;

    public CurrentPointer Pointer { get; }

    /// <summary>Whether the manifest could be read and its models may be loaded; if not, there is nothing to apply.</summary>
    public bool HasManifest { get; private set; }

    /// <summary>Time of the commit, as the manifest says.</summary>
    public DateTimeOffset? PublishedAt { get; private set; }

    /// <summary>Of each model the new one, else the one in use so far, else none; ordered by name.</summary>
    public LoadedModel[] Models => _count == _models.Length ? _models : _models[.._count];

    /// <summary>No more than <see cref="MostProblems"/>, the last of which counts the rest.</summary>
    public IReadOnlyList<RuntimeProblem> Problems => _more == 0 ? _problems : [.. _problems, new RuntimeProblem(null, $"{_more} more models could not be loaded.")];

    /// <summary>A file was not there: a newer generation may have taken its place.</summary>
    public bool FileGone { get; private set; }

    /// <summary>A problem may pass without a new generation.</summary>
    public bool WorthRepeating { get; private set; }

    /// <summary>There was no room in memory: nothing was loaded.</summary>
    public bool ShortOfMemory { get; private set; }

    /// <summary>Loads what is new or changed, and shares the rest with the generation in use. Throws for nothing that stands in the folder.</summary>
    public static ReloadAttempt Load(ReloadTools tools, CurrentPointer pointer, Generation? inUse)
    {
        var attempt = new ReloadAttempt(pointer);
        try
        {
            Action? pause = inUse is null ? null : GiveWay;
            var manifest = tools.Trust is null ? tools.Folder.ReadManifest(pointer, check: null, inUse?.Entries, pause) : tools.Trust.Read(pointer, inUse?.Entries, pause);
            if (tools.Budget.Refusal(manifest) is { } refusal)
            {
                attempt.Refuse(refusal);
                return attempt;
            }
            (attempt.HasManifest, attempt.PublishedAt) = (true, manifest.Published);
            tools.Files.Prepare();
            attempt._models = new LoadedModel[manifest.Models.Count];
            foreach (var entry in manifest.Models) attempt.Add(tools.Files, entry, inUse);
        }
        catch (Exception e) when (!attempt.HasManifest)
        {
            attempt.Note(new RuntimeProblem(null, e.Message), e);
        }
        catch
        {
            attempt.Drop();
            throw;
        }
        return attempt;
    }

    /// <summary>Unmaps what was mapped for nothing.</summary>
    public void Drop()
    {
        foreach (var model in Models) model.DropIfUnshared();
    }

    /// <summary>Threads that serve requests and wait for a core come first.</summary>
    private static void GiveWay() => Thread.Yield();

    private void Add(ModelFiles files, ManifestEntry entry, Generation? inUse)
    {
        if (inUse?.Holds(entry) is { } unchanged)
        {
            _models[_count++] = unchanged;
            return;
        }
        var before = inUse?.Find(entry.Name.Value);
        try
        {
            var loaded = ModelLoader.Load(files, entry);
            _models[_count++] = loaded;
            if (inUse is not null) GiveWay();
        }
        catch (Exception e) // whatever is wrong with one model, the others go on
        {
            if (before is not null) _models[_count++] = before;
            var instead = before is null ? "There is none to use instead." : $"The one of {before.Entry.Content.Short} stays in use.";
            Note(new RuntimeProblem(entry.Name, $"{e.Message} {instead}"), e);
        }
    }

    private void Refuse(string message)
    {
        _problems.Add(new RuntimeProblem(null, message));
        ShortOfMemory = WorthRepeating = true;
    }

    private void Note(RuntimeProblem problem, Exception cause)
    {
        if (_problems.Count < MostProblems - 1) _problems.Add(problem);
        else _more++;
        FileGone |= cause is FileNotFoundException or DirectoryNotFoundException or UntrustedException { InnerException: FileNotFoundException };
        WorthRepeating |= cause is not InvalidModelException; // those bytes have the right hash: they will not get better
    }
}
