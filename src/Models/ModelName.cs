using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Delivery.Models;

/// <summary>
/// The identifier that links a model's training configuration, its key in the training store, its file in fast-data and
/// its line in <c>model_list.txt</c>: 1 to 128 characters of <c>A-Z a-z 0-9 _</c>, and no device name of Windows, since it is a file name.
/// </summary>
public readonly record struct ModelName : IComparable<ModelName>
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly string? _value;

    private ModelName(string value) => _value = value;

    /// <exception cref="InvalidOperationException">This is <c>default</c>, which names nothing.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty ModelName was used.");

    /// <exception cref="FormatException"><paramref name="text"/> is no model name; the message says why.</exception>
    public static ModelName Parse(string text) =>
        TryParse(text, out var name, out var problem) ? name : throw new FormatException(problem);

    /// <summary>Reads a name from outside.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="name">The name, when the result is true.</param>
    /// <param name="problem">What is wrong with <paramref name="text"/>, when the result is false.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out ModelName name, [NotNullWhen(false)] out string? problem)
    {
        problem = Problem(text);
        name = problem is null ? new ModelName(text!) : default;
        return problem is null;
    }

    /// <summary>What is wrong with a name; null for nothing, which allocates nothing.</summary>
    internal static string? Problem(ReadOnlySpan<char> text) =>
        text.IsEmpty ? "A model name is empty."
        : text.Length > MaxLength ? $"The model name '{text[..16]}...' has {text.Length} characters; at most {MaxLength} are allowed."
        : text.ContainsAnyExcept(Allowed) ? $"The model name '{Printable(text)}' has a character other than A-Z a-z 0-9 _."
        : IsWindowsDevice(text) ? $"The model name '{text}' is a device name of Windows, where no file can be called so."
        : null;

    /// <summary>Ordinal order of the names, the order of every list that Delivery writes.</summary>
    public int CompareTo(ModelName other) => string.CompareOrdinal(_value, other._value);

    public static bool operator <(ModelName left, ModelName right) => left.CompareTo(right) < 0;
    public static bool operator >(ModelName left, ModelName right) => left.CompareTo(right) > 0;
    public static bool operator <=(ModelName left, ModelName right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ModelName left, ModelName right) => left.CompareTo(right) >= 0;

    public override string ToString() => _value ?? "";

    private static bool IsWindowsDevice(ReadOnlySpan<char> text) =>
        (text.Length == 3 && (Begins(text, "CON") || Begins(text, "PRN") || Begins(text, "AUX") || Begins(text, "NUL")))
        || (text.Length == 4 && char.IsAsciiDigit(text[3]) && (Begins(text, "COM") || Begins(text, "LPT")));

    private static bool Begins(ReadOnlySpan<char> text, string device) => text.StartsWith(device, StringComparison.OrdinalIgnoreCase);

    private static string Printable(ReadOnlySpan<char> text) => string.Concat(text.ToArray().Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
