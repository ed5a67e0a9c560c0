using Delivery.TrainingStore;

namespace Delivery.Updater.Pulling;

/// <summary>How a pull of one model ended.</summary>
public abstract record PullOutcome
{
    private PullOutcome() { } // closed: these three and no more

    /// <summary>The store has a model; nobody has checked it yet.</summary>
    public sealed record Fetched(StoredModel Model) : PullOutcome;

    /// <summary>The store answered that it has none.</summary>
    public sealed record Missing : PullOutcome;

    /// <summary>The store did not answer, or with an error, after all retries.</summary>
    public sealed record Failed(string Reason) : PullOutcome;
}
