using System.Security.Cryptography;
using Delivery.Models;

namespace Delivery.Updater.Tests.Support;

/// <summary>The seam to the folder, kept in memory: enough to see what a cycle asks for, and to let it lose races.</summary>
internal sealed class DeliveredInMemory : IDeliveredModels
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _files = [];
    private DeliveredTip _tip = new() { Epoch = 0, Commit = "", Models = new Dictionary<ModelName, DeliveredModel>(), KnownNames = new HashSet<ModelName>() };

    public List<DeliveryRequest> Requests { get; } = [];

    /// <summary>Runs before a delivery; may publish something else, or answer in its place.</summary>
    public Func<DeliveryRequest, DeliveryResult?>? Before { get; set; }

    /// <summary>Changes the control part of the tip, as an operator's commit does.</summary>
    public void Control(Func<DeliveredTip, DeliveredTip> change)
    {
        lock (_gate) _tip = Next(change(_tip));
    }

    public void Put(ModelName name, byte[] file, string? card = null)
    {
        lock (_gate) _tip = Next(With(_tip, name, file, card));
    }

    public DeliveredTip ReadTip()
    {
        lock (_gate) return _tip;
    }

    public byte[] ReadModel(ModelName name, DeliveredTip tip) => _files[tip.Models[name].Sha256];

    public DeliveryResult Deliver(DeliveryRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Before?.Invoke(request) is { } answer) return answer;
        lock (_gate)
        {
            if (request.Expected.Commit != _tip.Commit) return new DeliveryResult.LostRace(_tip.Commit);
            Requests.Add(request);
            var tip = request.Accepted.Aggregate(_tip, (t, model) => With(t, model.Name, model.File.ToArray(), model.Card));
            _tip = Next(tip with { Quarantine = [.. tip.Quarantine, .. request.Quarantine] });
            return new DeliveryResult.Published(_tip.Epoch, _tip.Commit);
        }
    }

    private DeliveredTip With(DeliveredTip tip, ModelName name, byte[] file, string? card)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        _files[sha256] = file;
        var models = tip.Models.ToDictionary();
        models[name] = new DeliveredModel(name, sha256, file.Length, card);
        return tip with { Models = models, KnownNames = tip.KnownNames.Append(name).ToHashSet() };
    }

    private static DeliveredTip Next(DeliveredTip tip) => tip with { Epoch = tip.Epoch + 1, Commit = $"c{tip.Epoch + 1:d39}" };
}
