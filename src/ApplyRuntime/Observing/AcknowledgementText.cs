using Delivery.FastData.Acknowledging;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>Makes the acknowledgement of a runtime from its status, and remembers the last generations. Not thread-safe.</summary>
internal sealed class AcknowledgementText(string host, DateTime started, int runtime, string folder, TimeSpan heartbeat)
{
    private const int LongestProblem = 500;
    private readonly List<AcknowledgedEpoch> _history = [];

    public string Host => host;

    public int Runtime => runtime;

    /// <summary>Remembers what is in use now.</summary>
    public void Note(RuntimeStatus status)
    {
        if (status is not { Commit: { } commit, AppliedAt: { } at }) return;
        var notApplied = NotApplied(status).Count();
        if (_history.Count > 0 && _history[^1] is { } last && last.Epoch == status.Epoch && last.Commit == commit.Hex) _history[^1] = last with { NotApplied = notApplied };
        else _history.Add(new AcknowledgedEpoch(status.Epoch, commit.Hex, at, notApplied));
        if (_history.Count > Acknowledgement.MostEpochs) _history.RemoveAt(0);
    }

    public Acknowledgement Of(RuntimeStatus status, DateTimeOffset now) => new()
    {
        Format = Acknowledgement.CurrentFormat,
        Host = host,
        Process = ProcessIdentity.Current,
        ProcessStarted = new DateTimeOffset(started).ToUniversalTime(),
        Runtime = runtime,
        Folder = folder,
        WrittenAt = now,
        HeartbeatSeconds = heartbeat.TotalSeconds,
        Epoch = status.Epoch,
        Commit = status.Commit?.Hex,
        AppliedAt = status.AppliedAt,
        ModelCount = status.Models.Count,
        Models = Models(status),
        Problem = status.Problems.FirstOrDefault(problem => problem.Model is null) is { } problem ? Cut(problem.Message) : null,
        History = [.. _history],
    };

    private static List<AcknowledgedModel> Models(RuntimeStatus status)
    {
        var inUse = status.Models.ToDictionary(model => model.Name);
        var failed = NotApplied(status).Select(problem =>
            inUse.TryGetValue(problem.Model!.Value, out var older)
                ? new AcknowledgedModel(older.Name.Value, older.Content.Hex, AppliedResult.KeptOlder, Cut(problem.Message))
                : new AcknowledgedModel(problem.Model.Value.Value, null, AppliedResult.Missing, Cut(problem.Message))).ToList();
        var names = failed.Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        var applied = status.Models.Where(model => !names.Contains(model.Name.Value)).Select(model => new AcknowledgedModel(model.Name.Value, model.Content.Hex, AppliedResult.Applied, null));
        return [.. failed.Concat(applied).Take(Acknowledgement.MostModels)];
    }

    private static IEnumerable<RuntimeProblem> NotApplied(RuntimeStatus status) => status.Problems.Where(problem => problem.Model is not null).DistinctBy(problem => problem.Model);

    private static string Cut(string message) => message.Length <= LongestProblem ? message : message[..LongestProblem] + " ...";
}
