namespace Delivery.FastData.Git.Control;

/// <summary>What an operation wants to commit on one tip, or why it does not.</summary>
internal sealed record ControlStep
{
    private ControlStep() { }

    /// <summary>Why nothing is to be done; null when there is something.</summary>
    public string? Refusal { get; private init; }

    public ControlMessage? Message { get; private init; }

    /// <summary>Files of <c>control/</c> that change.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Control { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>?>();

    /// <summary>Models that change.</summary>
    public OlderVersions Models { get; init; } = new([], [], []);

    /// <summary>The commit whose versions come back; null for none.</summary>
    public CommitId? Target { get; init; }

    /// <summary>What else follows from it, each a sentence.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was taken out of quarantine.</summary>
    public IReadOnlyList<QuarantinedContent> Released { get; init; } = [];

    public static ControlStep Refuse(string why) => new() { Refusal = why };

    public static ControlStep Commit(ControlMessage message) => new() { Message = message };
}
