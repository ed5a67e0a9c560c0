using System.Globalization;

namespace Delivery.FastData.Signing;

/// <summary>One line of a file of allowed signers.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Principals">Who: patterns with commas between them.</param>
/// <param name="Key">The key.</param>
/// <param name="Namespaces">For what: patterns with commas between them; null for everything.</param>
/// <param name="ValidAfter">From when on; null for always.</param>
/// <param name="ValidBefore">Until when; null for ever.</param>
public sealed record AllowedSigner(int Line, string Principals, SshPublicKey Key, string? Namespaces, DateTimeOffset? ValidAfter, DateTimeOffset? ValidBefore)
{
    private const int MaxOptions = 16;

    // 20260131, 202601311200, 20260131120030
    private static readonly string[] TimeFormats = ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"];

    /// <summary>Why this line does not allow a signature; null when it does.</summary>
    /// <param name="purpose">The namespace of the signature.</param>
    /// <param name="at">When it is looked at.</param>
    public string? Refusal(string purpose, DateTimeOffset at) =>
        Namespaces is { } patterns && !PatternList.Matches(patterns, purpose) ? $"it may sign for '{patterns}' only, not for '{purpose}'."
        : at < ValidAfter ? $"it is not valid yet, but from {Text(ValidAfter.Value)} on."
        : at > ValidBefore ? $"it has expired: it was valid until {Text(ValidBefore.Value)}."
        : null;

    /// <param name="text">The line without blanks around it; no comment and not empty.</param>
    /// <param name="line">Its number.</param>
    /// <param name="zone">Of times without a <c>Z</c>.</param>
    /// <exception cref="FormatException">The line is bad; the message says what was expected.</exception>
    internal static AllowedSigner Parse(string text, int line, TimeZoneInfo zone)
    {
        var rest = text.AsSpan();
        var principals = Word(ref rest);
        if (principals.StartsWith('"')) principals = principals.Length > 1 && principals.EndsWith('"') ? principals[1..^1] : throw new FormatException("the principals have a quote that does not end.");
        if (principals.Length == 0) throw new FormatException("the principals are empty.");
        var next = Word(ref rest);
        var options = "";
        if (!IsKeyType(next)) (options, next) = (next, Word(ref rest));
        if (!IsKeyType(next)) throw new FormatException($"'{(next.Length == 0 ? options : next)}' stands where a type of key was expected; a line is 'principals [options] type key [comment]'.");
        var key = SshPublicKey.Parse(next, Word(ref rest));
        var signer = new AllowedSigner(line, principals, key, null, null, null);
        foreach (var option in Split(options)) signer = signer.With(option, zone);
        return signer.ValidBefore <= signer.ValidAfter ? throw new FormatException("valid-before is not later than valid-after.") : signer;
    }

    private AllowedSigner With(string option, TimeZoneInfo zone)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        var name = (equals < 0 ? option : option[..equals]).ToLowerInvariant();
        if (name == "cert-authority") throw new FormatException("the option cert-authority is not supported: name each key itself.");
        if (name is not ("namespaces" or "valid-after" or "valid-before")) throw new FormatException($"the option '{name}' is not known; namespaces, valid-after and valid-before are.");
        if (equals < 0) throw new FormatException($"the option {name} has no value; expected {name}=\"...\".");
        var value = option[(equals + 1)..];
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"' || value.AsSpan(1, value.Length - 2).Contains('"')) throw new FormatException($"the option {name} is {value}; expected a value in quotes.");
        value = value[1..^1];
        var isSecond = name switch { "namespaces" => Namespaces is not null, "valid-after" => ValidAfter is not null, _ => ValidBefore is not null };
        if (isSecond) throw new FormatException($"the option {name} stands here a second time.");
        if (value.Length == 0) throw new FormatException($"the option {name} is empty.");
        return name switch
        {
            "namespaces" => this with { Namespaces = value },
            "valid-after" => this with { ValidAfter = Time(name, value, zone) },
            _ => this with { ValidBefore = Time(name, value, zone) },
        };
    }

    private static DateTimeOffset Time(string name, string value, TimeZoneInfo zone)
    {
        var isUtc = value.EndsWith('Z');
        if (!DateTime.TryParseExact(isUtc ? value[..^1] : value, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) || time.Year is < 1970 or > 9000)
        {
            throw new FormatException($"the option {name} is '{value}'; expected YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z for UTC.");
        }
        return new DateTimeOffset(time, isUtc ? TimeSpan.Zero : zone.GetUtcOffset(time));
    }

    // OpenSSH has no type without one of these in its name, and no option with one.
    private static bool IsKeyType(string word) => word.StartsWith("ssh-", StringComparison.Ordinal) || word.StartsWith("ecdsa-", StringComparison.Ordinal) || word.StartsWith("sk-", StringComparison.Ordinal);

    /// <summary>Up to the next blank outside of quotes.</summary>
    private static string Word(ref ReadOnlySpan<char> rest)
    {
        var quoted = false;
        var end = 0;
        for (; end < rest.Length && (quoted || rest[end] is not (' ' or '\t')); end++) quoted ^= rest[end] == '"';
        if (quoted) throw new FormatException("a quote does not end.");
        var word = rest[..end].ToString();
        rest = rest[end..].TrimStart(" \t");
        return word;
    }

    private static List<string> Split(string options)
    {
        var found = new List<string>();
        var (start, quoted) = (0, false);
        for (var i = 0; i <= options.Length && options.Length > 0; i++)
        {
            if (i < options.Length && options[i] == '"') quoted = !quoted;
            if (i < options.Length && (options[i] != ',' || quoted)) continue;
            found.Add(options[start..i]);
            start = i + 1;
        }
        return found.Count <= MaxOptions ? found : throw new FormatException($"{found.Count} options; at most {MaxOptions} can be.");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
