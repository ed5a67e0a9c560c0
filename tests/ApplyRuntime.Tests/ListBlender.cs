using Delivery.ApplyRuntime.Blending;

namespace Delivery.ApplyRuntime.Tests;

/// <summary>Says what it is set to, and keeps what it is told.</summary>
internal sealed class ListBlender : IBlender
{
    public bool Intent { get; init; } = true;

    public bool Document { get; init; } = true;

    public List<(string Intent, int Position, int Priority)> Told { get; } = [];

    public bool HasIntent(string intent) => Intent;

    public bool HasDocument(string intent) => Document;

    public void SetIntentPosition(string intent, int position, int priority) => Told.Add((intent, position, priority));
}
