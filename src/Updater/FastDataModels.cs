using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;

namespace Delivery.Updater;

/// <summary>The delivered models of a fast-data folder. Any thread may call.</summary>
/// <param name="folder">The folder; made by the first delivery.</param>
/// <param name="publisher">Publishes to the same folder.</param>
public sealed class FastDataModels(string folder, FastDataPublisher publisher) : IDeliveredModels
{
    private readonly FolderLayout _layout = new(folder);
    private readonly FastDataHistory _history = new(folder);

    public DeliveredTip ReadTip()
    {
        var tip = publisher.ReadTip(CancellationToken.None);
        return new DeliveredTip
        {
            Epoch = tip.Epoch,
            Commit = tip.Commit?.Hex ?? "",
            Models = tip.Models.ToDictionary(model => model.Key, model => new DeliveredModel(model.Key, model.Value.Content.Hex, model.Value.Length, null)),
            KnownNames = tip.Models.Keys.ToHashSet(),
            Quarantine = [.. Quarantine.Read(tip).Select(entry => new QuarantinedContent(entry.Name, entry.Content.Hex, entry.Reason, entry.Since))],
        };
    }

    public byte[] ReadModel(ModelName name, DeliveredTip tip)
    {
        var expected = ContentHash.Parse(tip.Models[name].Sha256);
        var path = Path.Combine(_layout.Models, FolderLayout.ModelFileName(name, expected));
        if (File.Exists(path) && File.ReadAllBytes(path) is var live && ContentHash.Of(live) == expected) return live;
        // The live file is damaged or was retired meanwhile: history has it too.
        var committed = _history.Find(name, CommitId.Parse(tip.Commit)) ?? throw new FastDataException($"Commit {tip.Commit} has no model '{name}'.");
        return ContentHash.Of(committed.File.Span) == expected ? committed.File.ToArray()
            : throw new FastDataException($"Neither {path} nor commit {tip.Commit} holds '{name}' with SHA-256 {expected}. Look with: git fsck.");
    }

    public DeliveryResult Deliver(DeliveryRequest request, CancellationToken cancellationToken)
    {
        var control = new Dictionary<string, ReadOnlyMemory<byte>?>();
        if (request.Quarantine.Count > 0)
        {
            var all = request.Expected.Quarantine.Concat(request.Quarantine);
            control[Quarantine.FileName] = Quarantine.Write(all.Select(entry => new FastData.Git.Control.QuarantinedContent(entry.Name, ContentHash.Parse(entry.Sha256), entry.Since, entry.Reason)));
        }
        var publication = new Publication
        {
            ExpectedTip = request.Expected.Commit.Length == 0 ? null : CommitId.Parse(request.Expected.Commit),
            Message = request.Message,
            Models = [.. request.Accepted.Select(model => new ModelChange(model.Name, model.File, System.Text.Encoding.UTF8.GetBytes(model.Card)))],
            Control = control,
        };
        try
        {
            return publisher.Publish(publication, cancellationToken) switch
            {
                PublishOutcome.Published published => new DeliveryResult.Published(published.Epoch, published.Commit.Hex),
                PublishOutcome.LostRace lost => new DeliveryResult.LostRace(lost.Found?.Hex ?? "an empty history"),
                _ => new DeliveryResult.Unchanged(),
            };
        }
        catch (FolderBusyException e)
        {
            return new DeliveryResult.Busy(e.Message);
        }
    }
}
