using System.Diagnostics.CodeAnalysis;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>Where a remote is: a folder of this machine, a URL (http, https, ssh, git, file), or ssh's short form <c>host:path</c>.</summary>
public sealed class RemoteAddress
{
    private static readonly string[] Schemes = ["http", "https", "ssh", "git", "git+ssh", "ssh+git"];

    private readonly string[] _secrets;

    private RemoteAddress(string argument, string shown, string? folder, params string[] secrets) =>
        (Argument, Shown, Folder, _secrets) = (argument, shown, folder, secrets);

    /// <summary>As it may be printed: without password or token.</summary>
    public string Shown { get; }

    /// <summary>The folder, as an absolute path, when the remote is one of this machine; otherwise null.</summary>
    public string? Folder { get; }

    /// <summary>As git is given it.</summary>
    internal string Argument { get; }

    /// <exception cref="FormatException">It is none; the message says what was found and what was expected.</exception>
    public static RemoteAddress Parse(string text, string? baseFolder = null) =>
        TryParse(text, baseFolder, out var address, out var problem) ? address : throw new FormatException(problem);

    /// <param name="text">As a person writes it.</param>
    /// <param name="baseFolder">Where a relative path starts; null for the current folder.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">Why it is none.</param>
    public static bool TryParse(string text, string? baseFolder, [NotNullWhen(true)] out RemoteAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, null);
        var trimmed = text.Trim();
        if (trimmed.Length == 0) problem = "The remote's address is empty; a folder or a URL was expected.";
        else if (trimmed[0] == '-') problem = $"'{trimmed}' begins with '-', which git takes for a flag; a folder or a URL was expected.";
        else if (trimmed.Any(char.IsControl)) problem = "The remote's address has a control character; a folder or a URL was expected.";
        else if (IsHelper(trimmed)) problem = $"'{trimmed}' would start a program of its own; a folder or a URL of {Known} was expected.";
        else if (trimmed.IndexOf("://", StringComparison.Ordinal) is > 0 and var end) address = OfUrl(trimmed, trimmed[..end].ToLowerInvariant(), out problem);
        else if (IsShortSsh(trimmed)) address = new RemoteAddress(trimmed, trimmed, null);
        else address = OfFolder(Path.GetFullPath(trimmed, baseFolder ?? Directory.GetCurrentDirectory()));
        return address is not null;
    }

    /// <summary>The text without what is secret in the address.</summary>
    internal string Hide(string text) => _secrets.Aggregate(text, (clean, secret) => clean.Replace(secret, "***", StringComparison.Ordinal));

    public override string ToString() => Shown;

    private static string Known => $"file, {string.Join(", ", Schemes[..4])}";

    private static RemoteAddress? OfUrl(string text, string scheme, out string? problem)
    {
        problem = null;
        if (scheme == "file" && Uri.TryCreate(text, UriKind.Absolute, out var file) && file.IsFile) return OfFolder(Path.GetFullPath(file.LocalPath));
        if (!Schemes.Contains(scheme) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            problem = $"'{Redacted(text)}' is no address of a remote; a folder or a URL of {Known} was expected.";
            return null;
        }
        if (uri.UserInfo.Length == 0) return new RemoteAddress(text, text, null);
        // The name alone may be a token in http; in ssh it is a login that people need to see.
        var (name, password) = uri.UserInfo.Split(':', 2) is [var user, var secret] ? (user, secret) : (uri.UserInfo, "");
        if (password.Length == 0 && !scheme.StartsWith("http", StringComparison.Ordinal)) return new RemoteAddress(text, text, null);
        var secrets = new[] { uri.UserInfo, Uri.UnescapeDataString(uri.UserInfo), password, Uri.UnescapeDataString(password), password.Length == 0 ? name : "" };
        return new RemoteAddress(text, Redacted(text), null, [.. secrets.Where(part => part.Length > 0).Distinct().OrderByDescending(part => part.Length)]);
    }

    private static RemoteAddress OfFolder(string path) => new(path, path, path);

    private static string Redacted(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.IndexOf('/', start) is > 0 and var slash ? slash : url.Length;
        var at = url.LastIndexOf('@', end - 1, end - start);
        return at < 0 ? url : $"{url[..start]}***{url[at..]}";
    }

    // transport::address runs git-remote-transport; ext:: runs any command.
    private static bool IsHelper(string text)
    {
        var colons = text.IndexOf("::", StringComparison.Ordinal);
        return colons > 0 && text[..colons].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
    }

    // git's own rule: a colon before the first slash, unless that is the letter of a drive.
    private static bool IsShortSsh(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text.AsSpan(0, colon).IndexOfAny('/', '\\') < 0 && !(OperatingSystem.IsWindows() && colon == 1);
    }
}
