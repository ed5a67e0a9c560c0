using Delivery.ApplyRuntime.Blending;

namespace Delivery.ApplyRuntime.Tests;

/// <summary>Counts, and allocates nothing.</summary>
internal sealed class CountingBlender : IBlender
{
    public int Told { get; private set; }

    public bool HasIntent(string intent) => true;

    public bool HasDocument(string intent) => true;

    public void SetIntentPosition(string intent, int position, int priority) => Told++;
}
