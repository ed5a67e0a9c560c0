namespace Delivery.ApplyRuntime.Logging;

/// <summary>Takes the decisions that can be learned from: those that were randomised, by the runtime or by somebody else.</summary>
/// <remarks>
/// Called on the thread of the request, by many threads at once. An implementation must not block, must not throw and should not
/// allocate: it copies what it needs into a bounded queue and counts what it has to drop. What it throws all the same is caught and
/// counted in <see cref="RuntimeStatus.LostRecords"/>; the decision stands.
/// </remarks>
public interface IDecisionSink
{
    /// <summary>Records that it had to drop so far. Default 0, for sinks that drop none.</summary>
    long Dropped => 0;

    /// <param name="decision">What was decided, and all that is needed to decide it again.</param>
    /// <param name="features">The feature vector of the request, which belongs to the caller again after the return.</param>
    void Record(in LoggedDecision decision, ReadOnlySpan<float> features);
}
