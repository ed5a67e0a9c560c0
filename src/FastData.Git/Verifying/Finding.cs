namespace Delivery.FastData.Git.Verifying;

/// <summary>What a finding is about.</summary>
public enum FindingKind
{
    /// <summary>CURRENT.</summary>
    Current,

    /// <summary>A file of <c>manifests/</c>.</summary>
    Manifest,

    /// <summary>The signature of a manifest or of a commit.</summary>
    Signature,

    /// <summary>A live model file.</summary>
    LiveFile,

    /// <summary>main, HEAD, the ref of the signatures or the packed refs.</summary>
    Ref,

    /// <summary>The line of commits.</summary>
    Chain,

    /// <summary>The object database: packs, their indexes, objects.</summary>
    Objects,

    /// <summary>A temporary file, a lock, or a file that nothing names.</summary>
    Leftover,

    /// <summary>A file that is none of Delivery.</summary>
    Stray,

    /// <summary>Who may write.</summary>
    Permission,
}

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Path">The file, from the root of the folder.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record Finding(FindingKind Kind, string Path, string Problem, string Mend);

/// <summary>What was looked at and what was found.</summary>
public sealed record VerificationReport
{
    /// <summary>The live generation by CURRENT; 0 when CURRENT cannot be read.</summary>
    public long Epoch { get; init; }

    /// <summary>Live files that were hashed.</summary>
    public int LiveFiles { get; init; }

    /// <summary>Manifests that were compared with their commits.</summary>
    public int Manifests { get; init; }

    /// <summary>Commits on the line of generations.</summary>
    public int Commits { get; init; }

    /// <summary>What is wrong; empty for a folder that is whole.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What a repair did, in order; empty without one.</summary>
    public IReadOnlyList<string> Repairs { get; init; } = [];

    /// <summary>Where a repair put the damaged files; null when it had none to move.</summary>
    public string? Quarantine { get; init; }
}
