using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Acknowledging;

namespace Delivery.Cli.Verbs;

/// <summary>Which search processes had a generation in use at a moment, by their acknowledgement files.</summary>
internal static class LiveProcesses
{
    private const int MostShown = 3;

    /// <summary>One report a file; null when no directory of acknowledgements is set.</summary>
    /// <exception cref="VerbException">There is no such directory, or it cannot be read.</exception>
    public static IReadOnlyList<LiveProcessReport>? Find(DeliverySettings settings, long epoch, DateTimeOffset since, DateTimeOffset at, DateTimeOffset now)
    {
        if (settings.Acknowledgements is not { } directory) return null;
        if (!Directory.Exists(directory)) throw new VerbException($"There is no directory '{directory}' of acknowledgements. Search processes make it when RuntimeOptions.Acknowledgements names it; or name another with --acknowledgements or in delivery.json (acknowledgements).");
        try
        {
            return [.. AcknowledgementFolder.Read(directory).Select(file => Of(file, epoch, since, at, now)).OrderBy(process => process.Host, StringComparer.Ordinal).ThenBy(process => process.Pid).ThenBy(process => process.Runtime)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VerbException($"The directory '{directory}' of acknowledgements cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The table of them, with what was not applied below.</summary>
    public static void Show(IReadOnlyList<LiveProcessReport> processes, Page page)
    {
        page.Line();
        if (processes.Count == 0)
        {
            page.Line("No search process has acknowledged anything, so it is not known who had it in use.");
            return;
        }
        page.Table(
            [new("host"), new("pid", IsNumber: true), new("runtime", IsNumber: true), new("state"), new("epoch", IsNumber: true), new("applied"), new("behind"), new("last sign of life")],
            [.. processes.Select(process => new[]
            {
                process.Host ?? "?", Number(process.Pid), Number(process.Runtime), Words(process), Number(process.Epoch),
                process.AppliedAt is { } applied ? Human.Time(applied) : "", process.LagSeconds is { } lag ? Human.Span(TimeSpan.FromSeconds(lag)) : "", Human.Time(process.SeenAt),
            })]);
        foreach (var process in processes)
        {
            var who = $"{process.Host} {Number(process.Pid)}";
            if (process.Problem is { } problem) page.Line($"{(process.Host is null ? "" : $"{who}: ")}{problem}");
            foreach (var model in process.ModelsNotApplied.Take(MostShown)) page.Line($"{who}: {model.Name}: {(model.Result == AppliedResult.Missing ? "missing" : "older version kept")}: {model.Problem}");
            if (process.ModelsNotApplied.Count > MostShown) page.Line($"{who}: {process.ModelsNotApplied.Count - MostShown} models more were not applied");
        }
        page.Line(Words(Count(processes)));
    }

    /// <summary>How many of them there were, and had it in use.</summary>
    public static LiveProcessCounts Count(IReadOnlyList<LiveProcessReport> processes)
    {
        var gone = processes.Count(process => process.State is LiveProcessState.Gone);
        var notStarted = processes.Count(process => process.State is LiveProcessState.NotStarted);
        return new LiveProcessCounts(processes.Count(process => process.State is LiveProcessState.Applied), processes.Count - gone - notStarted, gone, notStarted);
    }

    private static LiveProcessReport Of(AcknowledgementFile file, long epoch, DateTimeOffset since, DateTimeOffset at, DateTimeOffset now)
    {
        if (file.Content is not { } said) return new LiveProcessReport(file.Path, null, null, null, null, LiveProcessState.Unreadable, null, null, null, null, 0, file.SeenAt, file.Problem, []);
        var then = said.History.LastOrDefault(entry => entry.AppliedAt <= at);
        var reached = said.History.FirstOrDefault(entry => entry.Epoch >= epoch);
        var state = file.IsGone(now) && file.SeenAt < at ? LiveProcessState.Gone
            : at < said.ProcessStarted ? LiveProcessState.NotStarted
            : then is null ? (said.History.Count == Acknowledgement.MostEpochs ? LiveProcessState.NotKnown : LiveProcessState.Waiting)
            : then.Epoch == epoch ? LiveProcessState.Applied
            : then.Epoch < epoch ? LiveProcessState.Behind
            : LiveProcessState.Ahead;
        var isNow = then is not null && then.Epoch == said.Epoch && then.Commit == said.Commit;
        double? lag = state switch
        {
            LiveProcessState.Applied => Math.Max(0, (then!.AppliedAt - since).TotalSeconds),
            LiveProcessState.Behind or LiveProcessState.Waiting => Math.Max(0, ((reached?.AppliedAt is { } later && later > at ? later : at) - since).TotalSeconds),
            _ => null,
        };
        return new LiveProcessReport(
            file.Path, said.Host, said.Process.Id, said.Runtime, said.ProcessStarted, state, then?.Epoch, then?.Commit, then?.AppliedAt, lag, then?.NotApplied ?? 0, file.SeenAt, said.Problem,
            isNow ? [.. said.Models.Where(model => model.Result != AppliedResult.Applied)] : []);
    }

    private static string Words(LiveProcessCounts counts)
    {
        if (counts.Running > 0) return $"{counts.Applied} of {counts.Running} {(counts.Running == 1 ? "process" : "processes")} had it in use";
        var gone = counts.Gone > 0 ? $"{counts.Gone} {(counts.Gone == 1 ? "is" : "are")} gone" : null;
        var notStarted = counts.NotStarted > 0 ? $"{counts.NotStarted} had not started yet" : null;
        return $"No process was there to have it in use: {string.Join(", ", new[] { gone, notStarted }.OfType<string>())}";
    }

    private static string Words(LiveProcessReport process) => process.State switch
    {
        LiveProcessState.Applied when process.NotApplied > 0 => $"applied, but for {Human.Count(process.NotApplied, "model")}",
        LiveProcessState.NotStarted => "not started yet",
        LiveProcessState.NotKnown => "not known any more",
        var state => state.ToString().ToLowerInvariant(),
    };

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <summary>What a process had in use at a moment, against the generation that was live then.</summary>
internal enum LiveProcessState
{
    /// <summary>That very generation.</summary>
    Applied,

    /// <summary>An older one.</summary>
    Behind,

    /// <summary>A newer one: the clocks differ, or the folder asked about lags.</summary>
    Ahead,

    /// <summary>None yet.</summary>
    Waiting,

    /// <summary>The process had not begun.</summary>
    NotStarted,

    /// <summary>The file's history does not go back so far.</summary>
    NotKnown,

    /// <summary>The process has ended without taking its file away.</summary>
    Gone,

    /// <summary>The file cannot be read.</summary>
    Unreadable,
}

/// <summary>What became of a generation among the processes that acknowledge.</summary>
/// <param name="Applied">Had that very generation in use.</param>
/// <param name="Running">Were there at the moment, as far as is known: all but the next two.</param>
/// <param name="Gone">Have ended without taking their files away.</param>
/// <param name="NotStarted">Had not begun.</param>
internal sealed record LiveProcessCounts(int Applied, int Running, int Gone, int NotStarted);

/// <summary>One file of the directory of acknowledgements.</summary>
/// <param name="File">The file.</param>
/// <param name="Host">Null when the file cannot be read; so are the others.</param>
/// <param name="Pid">The process.</param>
/// <param name="Runtime">Number of the runtime in it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="State">What it had in use at the moment.</param>
/// <param name="Epoch">The generation that it had in use then; null for none.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="AppliedAt">When it was swapped in.</param>
/// <param name="LagSeconds">How long after the generation became live it was in use; while it is not, how long it has been missing.</param>
/// <param name="NotApplied">Models of it that were left out or kept at an older version.</param>
/// <param name="SeenAt">Last sign of life.</param>
/// <param name="Problem">What keeps it from CURRENT now, or why the file cannot be read.</param>
/// <param name="ModelsNotApplied">Those models, for the generation that is in use now.</param>
internal sealed record LiveProcessReport(
    string File, string? Host, int? Pid, int? Runtime, DateTimeOffset? StartedAt, LiveProcessState State, long? Epoch, string? Commit, DateTimeOffset? AppliedAt,
    double? LagSeconds, int NotApplied, DateTimeOffset SeenAt, string? Problem, IReadOnlyList<AcknowledgedModel> ModelsNotApplied);
