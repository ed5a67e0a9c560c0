using System.Diagnostics.CodeAnalysis;

namespace Delivery.FastData;

/// <summary>The id of a commit of the history: 40 lower-case hexadecimal digits.</summary>
public readonly record struct CommitId
{
    private const int Length = 40;
    private readonly string? _hex;

    private CommitId(string hex) => _hex = hex;

    /// <exception cref="InvalidOperationException">This is <c>default</c>, which names no commit.</exception>
    public string Hex => _hex ?? throw new InvalidOperationException("An empty CommitId was used.");

    /// <summary>The first eight digits, as people and file names show it.</summary>
    public string Short => Hex[..8];

    /// <exception cref="FormatException"><paramref name="hex"/> is not 40 lower-case hexadecimal digits.</exception>
    public static CommitId Parse(string hex) =>
        TryParse(hex, out var id) ? id : throw new FormatException($"'{hex}' is no commit id: {Length} lower-case hexadecimal digits were expected.");

    public static bool TryParse([NotNullWhen(true)] string? hex, out CommitId id)
    {
        var valid = hex is { Length: Length } && hex.All(char.IsAsciiHexDigitLower);
        id = valid ? new CommitId(hex!) : default;
        return valid;
    }

    public override string ToString() => _hex ?? "";
}
