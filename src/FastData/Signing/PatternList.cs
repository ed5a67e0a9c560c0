namespace Delivery.FastData.Signing;

/// <summary>Patterns as ssh_config(5) has them, with commas between them: <c>*</c> for any characters, <c>?</c> for one, <c>!</c> in front for "but not".</summary>
internal static class PatternList
{
    /// <summary>Whether one of them matches and none with a <c>!</c> does.</summary>
    public static bool Matches(string patterns, string text)
    {
        var matches = false;
        foreach (var pattern in patterns.Split(','))
        {
            var isNegated = pattern.StartsWith('!');
            if (!MatchesOne(isNegated ? pattern.AsSpan(1) : pattern, text)) continue;
            if (isNegated) return false;
            matches = true;
        }
        return matches;
    }

    // The last star takes as much as needed; going back to earlier ones is never of use, so the time is the product of both lengths at most.
    private static bool MatchesOne(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, taken) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, taken) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t])) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, t) = (star + 1, ++taken);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
