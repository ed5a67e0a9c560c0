using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>Looks at a generation before it is adopted, as for its signature. The generation's objects are in its repository.</summary>
/// <param name="incoming">What would be adopted.</param>
/// <param name="cancellationToken">Ends the look.</param>
/// <returns>Why it must not be adopted, as a sentence for people; null when it may.</returns>
public delegate ValueTask<string?> MirrorCheck(IncomingGeneration incoming, CancellationToken cancellationToken);

/// <summary>How a folder follows a remote. Immutable: derive variants with <c>with</c>.</summary>
public sealed record FastDataMirrorOptions
{
    /// <summary>The remote: a fast-data folder or bare repository of this machine, or a URL of http, https, ssh, git or file.</summary>
    public required string From { get; init; }

    /// <summary>The folder that follows it: a new one, an empty one, or one that was made by a mirror.</summary>
    public required string Folder { get; init; }

    /// <summary>The remote's branch that is followed; here it is always <c>main</c>. Default <c>main</c>.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>From one poll to the next. Default 10 s, from 100 ms to 1 day. Each host polls at an offset of its own within it.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause while the remote is away; pauses double from <see cref="Interval"/> up to it. Default 5 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time that one transfer may take. Default 10 min, from 1 s to 1 day.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time that a transfer may go without a sign of life. Default 1 min, 100 ms or more.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most bytes of one transfer; it is stopped when it passes them. Default 4 GiB, 1 KiB or more.</summary>
    public long MaxFetchBytes { get; init; } = 4L << 30;

    /// <summary>How often history that no kept generation needs is left behind and its space given back. Default 24 h, 1 min or more.</summary>
    public TimeSpan ReshallowEvery { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a generation's live files, and its commit, stay. Default 24 h; three generations stay anyway.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long to wait for another process that holds the folder. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Asked in turn before a generation is adopted; the first that refuses decides. Default none.</summary>
    public IReadOnlyList<MirrorCheck> Checks { get; init; } = [];

    /// <summary>
    /// The file of allowed signers, read again for each generation; it must not stand in <see cref="Folder"/>. With it a generation is adopted
    /// only when one of these keys has signed its commit and its manifest. Default null: nothing is checked, and signatures are passed on.
    /// </summary>
    public string? AllowedSigners { get; init; }

    /// <summary>Other refs that are fetched into the same names where the remote has them. Default <c>refs/delivery/signatures</c>.</summary>
    public IReadOnlyList<string> AlsoFetch { get; init; } = ["refs/delivery/signatures"];

    /// <summary>Told how each poll ended, on the mirror's own thread, before the next begins; must not throw. Null for nobody.</summary>
    public Action<MirrorOutcome>? Polled { get; init; }

    /// <summary>What tells hosts apart, so that they poll at different moments. Default: the machine's name.</summary>
    public string HostName { get; init; } = Environment.MachineName;

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (!RemoteAddress.TryParse(From, null, out _, out var problem)) yield return $"{nameof(From)} is not usable: {problem}";
        if (string.IsNullOrWhiteSpace(Folder)) yield return $"{nameof(Folder)} is empty; a folder was expected.";
        if (!IsBranch(Branch)) yield return $"{nameof(Branch)} is '{Branch}'; the name of a branch was expected.";
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromDays(1)) yield return $"{nameof(Interval)} is {Interval}; it needs 100 ms to 1 day.";
        if (MaxBackoff < Interval || MaxBackoff > TimeSpan.FromDays(1)) yield return $"{nameof(MaxBackoff)} is {MaxBackoff}; it needs {nameof(Interval)} to 1 day.";
        if (FetchTimeout < TimeSpan.FromSeconds(1) || FetchTimeout > TimeSpan.FromDays(1)) yield return $"{nameof(FetchTimeout)} is {FetchTimeout}; it needs 1 s to 1 day.";
        if (StallTimeout < TimeSpan.FromMilliseconds(100) || StallTimeout > TimeSpan.FromDays(1)) yield return $"{nameof(StallTimeout)} is {StallTimeout}; it needs 100 ms to 1 day.";
        if (MaxFetchBytes < 1024) yield return $"{nameof(MaxFetchBytes)} is {MaxFetchBytes}; it needs 1 KiB or more.";
        if (ReshallowEvery < TimeSpan.FromMinutes(1) || ReshallowEvery > TimeSpan.FromDays(3650)) yield return $"{nameof(ReshallowEvery)} is {ReshallowEvery}; it needs 1 min to 3650 days.";
        foreach (var misplaced in AllowedSigners is { } allowed && !string.IsNullOrWhiteSpace(Folder) ? new TrustPolicy { AllowedSigners = allowed }.Problems(Folder) : []) yield return misplaced;
        if (AllowedSigners is not null && !FetchesSignatures) yield return $"{nameof(AlsoFetch)} is without '{SignedDelivery.SignaturesRef}'; with {nameof(AllowedSigners)} it needs it.";
        foreach (var name in AlsoFetch.Where(name => !name.StartsWith("refs/delivery/", StringComparison.Ordinal) || !IsBranch(name))) yield return $"{nameof(AlsoFetch)} is '{name}'; a name below refs/delivery/ was expected.";
    }

    /// <summary>Whether signatures come with the generations.</summary>
    internal bool FetchesSignatures => AlsoFetch.Any(name => SignedDelivery.SignaturesRef.StartsWith(name, StringComparison.Ordinal));

    // The rules of git check-ref-format, a little narrower.
    internal static bool IsBranch(string name) =>
        name.Length > 0 && name[0] is not ('-' or '/' or '.') && name[^1] is not ('/' or '.')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or '.' or '+')
        && !name.Contains("..", StringComparison.Ordinal) && !name.Contains("//", StringComparison.Ordinal)
        && !name.Contains("/.", StringComparison.Ordinal) && !name.EndsWith(".lock", StringComparison.Ordinal);
}
