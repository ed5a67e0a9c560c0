namespace Delivery.FastData.Git;

/// <summary>Who makes a change, as history shows it.</summary>
public sealed record Actor
{
    /// <param name="name">Not empty, without <c>&lt; &gt;</c> and line ends.</param>
    /// <param name="email">The same rules; need not be a mailbox.</param>
    /// <exception cref="ArgumentException">A part is empty or has a forbidden character.</exception>
    public Actor(string name, string email) => (Name, Email) = (Checked(name, nameof(name)), Checked(email, nameof(email)));

    /// <summary>The service itself, when nobody else acts.</summary>
    public static Actor Service { get; } = new("Delivery", "delivery@localhost");

    public string Name { get; }

    public string Email { get; }

    /// <summary>The user who runs this process.</summary>
    public static Actor CurrentUser()
    {
        var user = Clean(Environment.UserName, "unknown");
        return new Actor(user, $"{user}@{Clean(Environment.MachineName, "localhost")}");
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is not <c>name &lt;email&gt;</c>.</exception>
    public static Actor Parse(string text)
    {
        try
        {
            return text.EndsWith('>') && text.IndexOf('<', StringComparison.Ordinal) is > 0 and var start
                ? new Actor(text[..start], text[(start + 1)..^1])
                : throw new FormatException($"'{text}' is no actor; expected 'name <email>'.");
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"'{text}' is no actor; expected 'name <email>'.", e);
        }
    }

    /// <summary><c>name &lt;email&gt;</c>.</summary>
    public override string ToString() => $"{Name} <{Email}>";

    private static string Clean(string text, string otherwise)
    {
        var kept = string.Concat(text.Where(c => !char.IsControl(c) && c is not ('<' or '>'))).Trim();
        return kept.Length > 0 ? kept : otherwise;
    }

    private static string Checked(string text, string parameter) =>
        string.IsNullOrWhiteSpace(text) || text.IndexOfAny(['<', '>', '\n', '\r', '\0']) >= 0
            ? throw new ArgumentException($"'{text}' cannot stand in a commit: it is empty or has a < > or line end.", parameter)
            : text.Trim();
}
