namespace Delivery.FastData.Signing;

/// <summary>What a reader asks of a generation before it loads any of it. Immutable.</summary>
public sealed record TrustPolicy
{
    /// <summary>The file of allowed signers. It is read again for each new generation, so that keys change without a restart. It must not stand in the fast-data folder, whose writer could then allow itself.</summary>
    public required string AllowedSigners { get; init; }

    /// <summary>
    /// Where the highest epoch seen is kept over restarts: a file of this process alone, outside the fast-data folder, made when it is
    /// not there. Null (the default) keeps it as long as the process lives.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    /// <param name="folder">The fast-data folder.</param>
    public IEnumerable<string> Problems(string folder)
    {
        if (string.IsNullOrWhiteSpace(AllowedSigners)) yield return $"{nameof(AllowedSigners)} is empty; it needs a file of allowed signers.";
        else if (IsWithin(folder, AllowedSigners)) yield return $"{nameof(AllowedSigners)} is {AllowedSigners}; it must not stand in the fast-data folder.";
        if (StateFile is null) yield break;
        if (string.IsNullOrWhiteSpace(StateFile)) yield return $"{nameof(StateFile)} is empty; it needs a path, or null.";
        else if (IsWithin(folder, StateFile)) yield return $"{nameof(StateFile)} is {StateFile}; it must not stand in the fast-data folder, into which readers never write.";
    }

    private static bool IsWithin(string folder, string path) =>
        Path.GetFullPath(path).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
