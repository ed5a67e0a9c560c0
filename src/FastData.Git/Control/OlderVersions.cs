using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>The models of an older commit, as a change of the tip.</summary>
/// <param name="Changes">What comes back or goes back, file and card.</param>
/// <param name="Removed">What that commit did not have.</param>
/// <param name="Moves">Both as moves, in the order of names.</param>
internal sealed record OlderVersions(IReadOnlyList<ModelChange> Changes, IReadOnlyList<ModelName> Removed, IReadOnlyList<ModelMove> Moves)
{
    private const int NamesShown = 5;
    private static readonly byte[] NoCard = "{}\n"u8.ToArray();

    /// <summary>The contents that trainers exported for these versions, as moves, where the cards name them: those, not the delivered ones, are what a training store offers again.</summary>
    public IReadOnlyList<ModelMove> Trained { get; private init; } = [];

    /// <param name="git">The repository.</param>
    /// <param name="tip">What is delivered.</param>
    /// <param name="target">The older commit.</param>
    /// <param name="only">The one model that changes; null for all.</param>
    /// <exception cref="FastDataException">History no longer has the weights of some.</exception>
    public static OlderVersions Read(GitReader git, FastDataTip tip, CommitId target, ModelName? only)
    {
        var now = FilesOf(git, tip.Commit!.Value);
        var then = FilesOf(git, target);
        var names = only is { } one ? [one] : ModelsOf(now).Union(ModelsOf(then)).Order().ToList();
        var (changes, removed, moves, trained, lost) = (new List<ModelChange>(), new List<ModelName>(), new List<ModelMove>(), new List<ModelMove>(), new List<(ModelName Name, string Why)>());
        foreach (var name in names)
        {
            var (file, card) = (name + TipState.ModelSuffix, name + TipState.CardSuffix);
            var before = tip.Models.GetValueOrDefault(name)?.Content;
            if (!then.TryGetValue(file, out var blob))
            {
                removed.Add(name);
                moves.Add(new ModelMove(name, before, null));
                trained.Add(new ModelMove(name, TrainedOf(git, now, card), null));
                continue;
            }
            if (now.GetValueOrDefault(file) == blob && now.GetValueOrDefault(card) == then.GetValueOrDefault(card)) continue;
            try
            {
                var content = git.Blob(blob);
                changes.Add(new ModelChange(name, content, then.TryGetValue(card, out var cardBlob) ? git.Blob(cardBlob) : NoCard));
                moves.Add(new ModelMove(name, before, ContentHash.Of(content)));
                trained.Add(new ModelMove(name, TrainedOf(git, now, card), TrainedOf(git, then, card)));
            }
            catch (FastDataException e)
            {
                lost.Add((name, e.Message));
            }
        }
        return lost.Count == 0 ? new OlderVersions(changes, removed, moves) { Trained = trained } : throw Lost(target, lost);
    }

    private static FastDataException Lost(CommitId target, List<(ModelName Name, string Why)> lost) => new(
        $"History no longer has the weights of {string.Join(", ", lost.Take(NamesShown).Select(model => $"'{model.Name}'"))}{(lost.Count > NamesShown ? $" and {lost.Count - NamesShown} more" : "")} as of commit {target.Short}; "
        + $"nothing was changed. If old weights were moved to a cold directory, attach it again (objects/info/alternates names it). {lost[0].Why}");

    private static Dictionary<string, GitId> FilesOf(GitReader git, CommitId commit) =>
        TreeEditor.Read(GitReader.Folder(git.Commit(commit), TipState.ModelsFolder)).ToDictionary(entry => entry.Name, entry => entry.Id);

    private static ContentHash? TrainedOf(GitReader git, Dictionary<string, GitId> files, string card) =>
        files.TryGetValue(card, out var blob) ? TrainedContent.Of(git.Blob(blob)) : null;

    private static IEnumerable<ModelName> ModelsOf(Dictionary<string, GitId> files) => files.Keys
        .Where(file => file.EndsWith(TipState.ModelSuffix, StringComparison.Ordinal)).Select(TipState.NameOf);
}
