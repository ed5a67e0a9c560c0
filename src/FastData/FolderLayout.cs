using System.Text;
using System.Text.Unicode;
using Delivery.Models;

namespace Delivery.FastData;

/// <summary>Where everything stands in a fast-data folder. docs/formats/fast-data.md describes each file.</summary>
/// <param name="Root">The folder; made absolute.</param>
public sealed record FolderLayout(string Root)
{
    /// <summary>The format number that this version writes.</summary>
    public const int Format = 1;

    /// <summary>What the name of a manifest's signature has more than that of the manifest.</summary>
    public const string SignatureSuffix = ".sig";

    public string Root { get; } = Path.GetFullPath(Root);

    /// <summary>The history: a bare repository.</summary>
    public string Repository => Path.Combine(Root, ".git");

    /// <summary>What readers map: write-once files named by their content.</summary>
    public string Models { get; } = Path.Combine(Path.GetFullPath(Root), "models");

    /// <summary>One write-once list of models a generation.</summary>
    public string Manifests => Path.Combine(Root, "manifests");

    /// <summary>One line that names the live generation.</summary>
    public string Current => Path.Combine(Root, "CURRENT");

    /// <summary>Held by the one process that writes.</summary>
    public string Lock => Path.Combine(Root, "LOCK");

    /// <summary>Name of a live file.</summary>
    public static string ModelFileName(ModelName name, ContentHash content) => $"{name}.{content.Short}.pb";

    /// <summary>Name of the manifest of a generation.</summary>
    public static string ManifestFileName(long epoch, CommitId commit) => $"{epoch}-{commit.Short}.json";

    public string ModelPath(ManifestEntry entry) => Path.Combine(Models, entry.File);

    /// <summary><see cref="ModelPath"/> in UTF-8 with a zero at its end, as the calls of Linux take it.</summary>
    /// <param name="entry">Names the model.</param>
    /// <param name="path">Receives it.</param>
    /// <returns>Whether there is room for it.</returns>
    internal bool TryWriteModelPath(ManifestEntry entry, Span<byte> path) =>
        Encoding.UTF8.TryGetBytes(Models, path, out var length)
        && Utf8.TryWrite(path[length..], $"/{entry.Name.Value}.{entry.Content.Hex.AsSpan(0, ContentHash.ShortLength)}.pb\0", out _);

    public string ManifestPath(long epoch, CommitId commit) => Path.Combine(Manifests, ManifestFileName(epoch, commit));

    /// <summary>The signature of a manifest stands beside it.</summary>
    public string SignaturePath(long epoch, CommitId commit) => ManifestPath(epoch, commit) + SignatureSuffix;

    /// <summary>Whether this version reads a folder of that format: its own and the one before.</summary>
    public static bool Reads(int format) => format is Format or (Format - 1) && format > 0;
}
