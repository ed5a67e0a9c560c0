using Delivery.ApplyRuntime.Logging;

namespace Delivery.ApplyRuntime.Tests.Logging;

/// <summary>Keeps what it is given.</summary>
internal sealed class ListSink : IDecisionSink
{
    public List<LoggedDecision> Decisions { get; } = [];

    public List<float[]> Features { get; } = [];

    public void Record(in LoggedDecision decision, ReadOnlySpan<float> features)
    {
        Decisions.Add(decision);
        Features.Add(features.ToArray());
    }
}
