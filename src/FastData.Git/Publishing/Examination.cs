using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.Models;
using Delivery.Models.Formats;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// Looks through a commit of somebody else as if it were hostile: its epoch, its tree, and every model that the tip does not
/// have. Models that did not change keep their line of the manifest and are not read. Changes nothing.
/// </summary>
internal sealed class Examination(FolderLayout layout, GitReader git, TipState tip)
{
    /// <summary>Larger than any model; a blob is read into memory as a whole.</summary>
    private const long MaxModelBytes = 1L << 30;

    /// <summary>What is kept in memory between the look and the write; the rest is read twice.</summary>
    private const long KeptBytes = 64L << 20;

    private long _kept;

    /// <exception cref="GenerationRefusedException">It is no generation that may follow the tip.</exception>
    public IncomingGeneration Run(CommitId id)
    {
        var commit = git.Commit(id);
        var epoch = CommitText.EpochOf(commit.Message)
            ?? throw Refused(id, $"('{commit.MessageShort}') carries no epoch, so it is no generation");
        if (epoch <= tip.Epoch) throw Refused(id, $"is epoch {epoch}; a higher one than {tip.Epoch} was expected, which is live here (commit {tip.Commit?.Short}). Did the remote go back? A rollback must travel as a new epoch");
        RequireFolders(commit);
        var (models, control) = (Folder(commit, TipState.ModelsFolder), Folder(commit, TipState.ControlFolder));
        RequireControl(id, control);
        var (entries, changed) = Models(id, models);
        var state = new TipState(new Manifest(epoch, id, entries) { Published = CommitText.TimeOf(commit) }, models, control, TipState.ReadControl(git, control));
        return new IncomingGeneration(layout, tip, state, commit.Message, changed);
    }

    private static void RequireFolders(Commit commit)
    {
        foreach (var entry in commit.Tree)
        {
            if (entry.Mode != Mode.Directory || entry.Name is not (TipState.ModelsFolder or TipState.ControlFolder))
            {
                throw Refused(CommitId.Parse(commit.Sha), $"holds '{entry.Name}' ({entry.Mode}); only the folders {TipState.ModelsFolder} and {TipState.ControlFolder} were expected");
            }
        }
    }

    private static byte[] Folder(Commit commit, string name)
    {
        try
        {
            return GitReader.Folder(commit, name);
        }
        catch (FastDataException e)
        {
            throw new GenerationRefusedException(e.Message, e);
        }
    }

    private static void RequireControl(CommitId id, byte[] control)
    {
        foreach (var (name, _) in TreeEditor.Read(control))
        {
            if (!TryStem(name, TipState.CardSuffix, out _)) throw Refused(id, $"holds control/{name}; expected name{TipState.CardSuffix}");
        }
    }

    private (List<ManifestEntry> Entries, List<IncomingModel> Changed) Models(CommitId id, byte[] models)
    {
        var before = TipState.ModelBlobs(tip.ModelsTree).ToDictionary(model => model.Name, model => model.Id);
        var known = (tip.Manifest?.Models ?? []).ToDictionary(entry => entry.Name);
        var (entries, changed, cards) = (new List<ManifestEntry>(), new List<IncomingModel>(), new List<ModelName>());
        foreach (var (file, blob) in TreeEditor.Read(models))
        {
            if (TryStem(file, TipState.CardSuffix, out var card)) cards.Add(card);
            else if (!TryStem(file, TipState.ModelSuffix, out var name)) throw Refused(id, $"holds models/{file}, which is no name of a model or a card");
            else if (before.TryGetValue(name, out var had) && had == blob) entries.Add(known[name]);
            else
            {
                changed.Add(Read(id, name, blob));
                entries.Add(changed[^1].Entry);
            }
        }
        entries.Sort((a, b) => a.Name.CompareTo(b.Name));
        var names = entries.Select(entry => entry.Name).ToHashSet();
        if (names.Count < entries.Count) throw Refused(id, "has a model twice");
        if (cards.Exists(card => !names.Contains(card))) throw Refused(id, $"has a card of '{cards.Find(card => !names.Contains(card))}' and no such model");
        return (entries, changed);
    }

    private IncomingModel Read(CommitId id, ModelName name, GitId blob)
    {
        var size = git.SizeOf(blob);
        if (size > MaxModelBytes) throw Refused(id, $"has models/{name}{TipState.ModelSuffix} of {size} bytes; at most {MaxModelBytes} are taken");
        var content = git.Blob(blob);
        try
        {
            var entry = TipState.Describe(name, content);
            return new IncomingModel(entry, blob, (_kept += size) <= KeptBytes ? content : null);
        }
        catch (InvalidModelException e)
        {
            throw new GenerationRefusedException($"Commit {id}: models/{name}{TipState.ModelSuffix}: {e.Message}", e);
        }
    }

    private static bool TryStem(string file, string suffix, out ModelName name)
    {
        name = default;
        return file.EndsWith(suffix, StringComparison.Ordinal) && ModelName.TryParse(file[..^suffix.Length], out name, out _);
    }

    private static GenerationRefusedException Refused(CommitId id, string why) => new($"Commit {id} {why}.");
}
