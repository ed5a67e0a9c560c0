using Delivery.ApplyRuntime.Logging;

namespace Delivery.ApplyRuntime.Tests.Logging;

/// <summary>Counts, and allocates nothing.</summary>
internal sealed class CountingSink : IDecisionSink
{
    public int Count { get; private set; }

    public void Record(in LoggedDecision decision, ReadOnlySpan<float> features) => Count++;
}
