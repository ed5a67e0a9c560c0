using Delivery.Models;

namespace Delivery.Updater;

/// <summary>
/// The folder of delivered models and its history, as the updater sees them. The folder serialises its writers: of several
/// updaters at once one wins and the others lose the race. Safe for concurrent use.
/// </summary>
public interface IDeliveredModels
{
    /// <summary>What is live now. Of a folder that was never published to: epoch 0 and nothing in it.</summary>
    DeliveredTip ReadTip();

    /// <summary>The bytes of a delivered model, checked against its hash.</summary>
    /// <exception cref="KeyNotFoundException"><paramref name="tip"/> has no such model.</exception>
    byte[] ReadModel(ModelName name, DeliveredTip tip);

    /// <summary>Commits and publishes all of a request, or nothing of it.</summary>
    /// <param name="request">What to deliver.</param>
    /// <param name="cancellationToken">Cancels before the commit, never half-way: once the commit stands, it is published and returned.</param>
    DeliveryResult Deliver(DeliveryRequest request, CancellationToken cancellationToken);
}

/// <summary>One generation: everything that was live at a moment.</summary>
public sealed record DeliveredTip
{
    /// <summary>Number of the generation, which only grows; 0 before the first.</summary>
    public required long Epoch { get; init; }

    /// <summary>The commit of the generation; empty before the first.</summary>
    public required string Commit { get; init; }

    /// <summary>The live models.</summary>
    public required IReadOnlyDictionary<ModelName, DeliveredModel> Models { get; init; }

    /// <summary>Every name that history has ever seen, live ones included.</summary>
    public required IReadOnlySet<ModelName> KnownNames { get; init; }

    /// <summary>Names that are delivered no more.</summary>
    public IReadOnlySet<ModelName> Retired { get; init; } = new HashSet<ModelName>();

    /// <summary>Names that the updater keeps its hands off, pinned or frozen, each with the reason given.</summary>
    public IReadOnlyDictionary<ModelName, string> Held { get; init; } = new Dictionary<ModelName, string>();

    /// <summary>Content that was rejected and is not tried again until somebody releases it.</summary>
    public IReadOnlyCollection<QuarantinedContent> Quarantine { get; init; } = [];
}

/// <summary>One live model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">Of its file, 64 lower-case hexadecimal digits.</param>
/// <param name="SizeBytes">Of its file.</param>
/// <param name="Card">Its card as committed, JSON; null for a model without one.</param>
public sealed record DeliveredModel(ModelName Name, string Sha256, long SizeBytes, string? Card);

/// <summary>A model file that failed its tests.</summary>
/// <param name="Name">The model.</param>
/// <param name="Sha256">Of the rejected file, 64 lower-case hexadecimal digits.</param>
/// <param name="Reason">Why it was rejected, one line.</param>
/// <param name="Since">When it was rejected.</param>
public sealed record QuarantinedContent(ModelName Name, string Sha256, string Reason, DateTimeOffset Since);

/// <summary>What one cycle wants delivered.</summary>
public sealed record DeliveryRequest
{
    /// <summary>The generation that the decisions were made on; another one by now is a lost race.</summary>
    public required DeliveredTip Expected { get; init; }

    /// <summary>The cycle's identifier.</summary>
    public required string Cycle { get; init; }

    /// <summary>New content for these names, ordered by name; all other models stay.</summary>
    public required IReadOnlyList<AcceptedModel> Accepted { get; init; }

    /// <summary>Goes to the quarantine. The folder may forget old entries of a name beyond the newest few: a store offers one candidate at a time.</summary>
    public required IReadOnlyList<QuarantinedContent> Quarantine { get; init; }

    /// <summary>The commit message, which ends in a paragraph of trailers; the folder may append trailers of its own.</summary>
    public required string Message { get; init; }
}

/// <summary>A model that passed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind, as in its header.</param>
/// <param name="File">The whole file. Not copied: nobody changes it.</param>
/// <param name="Sha256">Of the file, 64 lower-case hexadecimal digits.</param>
/// <param name="Card">The card to commit beside it, JSON that ends in a newline.</param>
public sealed record AcceptedModel(ModelName Name, string Kind, ReadOnlyMemory<byte> File, string Sha256, string Card);

/// <summary>How a delivery ended. A dead disk or a bug throws.</summary>
public abstract record DeliveryResult
{
    private DeliveryResult() { } // closed: these four and no more

    /// <summary>It is live.</summary>
    public sealed record Published(long Epoch, string Commit) : DeliveryResult;

    /// <summary>The folder has all of it already; no commit was made.</summary>
    public sealed record Unchanged : DeliveryResult;

    /// <summary>Somebody else published since; nothing was done.</summary>
    public sealed record LostRace(string Found) : DeliveryResult;

    /// <summary>Another process holds the folder and did not let go in time; nothing was done.</summary>
    public sealed record Busy(string Reason) : DeliveryResult;
}
