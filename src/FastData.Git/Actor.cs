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

    private static string Checked(string text, string parameter) =>
        string.IsNullOrWhiteSpace(text) || text.IndexOfAny(['<', '>', '\n', '\r', '\0']) >= 0
            ? throw new ArgumentException($"'{text}' cannot stand in a commit: it is empty or has a < > or line end.", parameter)
            : text.Trim();
}
