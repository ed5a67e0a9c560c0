using System.Buffers;

namespace Delivery.Models.Formats;

/// <summary>What a model file may hold. The reader and the writer refuse the same.</summary>
public static class ModelLimits
{
    /// <summary>Number of the format that is written, and the only one that is read.</summary>
    public const int Format = 1;

    /// <summary>Longest header: it is the only part that is copied out of the file.</summary>
    public const int MaxHeaderBytes = 1 << 20;

    /// <summary>Longest name of a tensor or a feature source, in characters.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Longest name of a kind, in characters.</summary>
    public const int MaxKindLength = 64;

    /// <summary>Most feature sources.</summary>
    public const int MaxSources = 1024;

    /// <summary>Fewest classes: with one there is nothing to decide.</summary>
    public const int MinClasses = 2;

    /// <summary>Most classes.</summary>
    public const int MaxClasses = 65_536;

    /// <summary>Longest feature vector.</summary>
    public const int MaxFeatures = 1 << 24;

    /// <summary>Most tensors.</summary>
    public const int MaxTensors = 64;

    /// <summary>Most dimensions of a tensor.</summary>
    public const int MaxDimensions = 4;

    /// <summary>Most bytes of padding before a tensor's values that a reader accepts. The writer needs at most 127.</summary>
    public const int MaxPaddingBytes = 255;

    /// <summary>The writer lets values start at a multiple of this many bytes of the file; a reader accepts any start.</summary>
    public const int StartAlignment = 64;

    private static readonly SearchValues<byte> OfKinds = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_"u8);
    private static readonly SearchValues<byte> OfNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"u8);

    /// <summary>1 to <see cref="MaxNameLength"/> characters of <c>A-Z a-z 0-9 _</c>.</summary>
    internal static bool IsName(string text) =>
        text.Length is >= 1 and <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The same of a text in UTF-8.</summary>
    internal static bool IsName(ReadOnlySpan<byte> text) => text.Length is >= 1 and <= MaxNameLength && !text.ContainsAnyExcept(OfNames);

    /// <summary>1 to <see cref="MaxKindLength"/> characters of <c>a-z 0-9 _</c>, in UTF-8.</summary>
    internal static bool IsKind(ReadOnlySpan<byte> text) => text.Length is >= 1 and <= MaxKindLength && !text.ContainsAnyExcept(OfKinds);
}
