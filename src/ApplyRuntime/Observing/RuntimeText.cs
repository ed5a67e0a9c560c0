using System.Globalization;
using System.Text;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>All that is known of a runtime, in words, for a page or a console. The layout is stable; the words may change.</summary>
internal static class RuntimeText
{
    private const int MostModels = 200;
    private const int LabelWidth = 16;

    public static string Of(RuntimeStatus status, RuntimeHealth health, RuntimeOptions options, ApplyConfiguration configuration)
    {
        var text = new StringBuilder();
        Section(text, "Runtime");
        Line(text, "folder", status.Folder);
        Line(text, "as of", Words.Time(status.AsOf));
        Line(text, "health", health.Level.ToString().ToLowerInvariant());
        foreach (var reason in health.Reasons) Line(text, "", reason);
        Line(text, "state", StateOf(status.State));
        Line(text, "looked", $"{Words.TimeAndAge(status.CheckedAt, status.AsOf)}; each {Words.Span(options.PollInterval)}{(status.FileEvents ? " and by file events" : "")}");
        Line(text, "signatures", options.Trust is { } trust ? $"checked against {trust.AllowedSigners}" : "not checked");
        Generation(text, status);
        Models(text, status);
        OtherModels(text, status);
        Troubles(text, status);
        Settings(text, status, configuration);
        Decisions(text, status);
        Log(text, status, options);
        return text.ToString();
    }

    private static void Generation(StringBuilder text, RuntimeStatus status)
    {
        Section(text, "Generation");
        Line(text, "epoch", status.Epoch == 0 ? "none" : $"{Number(status.Epoch)}, commit {status.Commit?.Hex}");
        Line(text, "published", Words.TimeAndAge(status.PublishedAt, status.AsOf));
        Line(text, "applied", Words.TimeAndAge(status.AppliedAt, status.AsOf));
        Line(text, "trained", status.NewestTrainedAge is { } newest ? $"newest {Words.Span(newest)} ago, oldest {Words.Span(status.OldestTrainedAge!.Value)} ago" : "not known");
        Line(text, "memory", $"{Words.Bytes(status.HeldBytes)}, {Words.Bytes(status.Models.Where(model => model.IsMapped).Sum(model => model.SizeBytes))} of the models in use mapped; {Words.Count(status.RetiredGenerations, "older generation")} held by leases");
        Line(text, "reloads", $"{Number(status.Reloads)}, {Words.Count(status.FailedReloads, "failed attempt")}, {Number(status.ConsecutiveFailures)} of them since the last good one");
        foreach (var lease in status.OverdueLeases.Take(MostModels)) Line(text, "overdue lease", lease.ToString());
    }

    private static void Models(StringBuilder text, RuntimeStatus status)
    {
        Section(text, $"Models ({Number(status.Models.Count)})");
        foreach (var model in status.Models.Take(MostModels)) Line(text, model.Name.Value, Of(model, status.AsOf));
        if (status.Models.Count > MostModels) Line(text, "", $"and {Number(status.Models.Count - MostModels)} more");
    }

    private static string Of(ModelStatus model, DateTimeOffset now) =>
        $"{model.Content.Short}, {model.Kind}, version {Number(model.ModelVersion)}, {Words.Count((long)model.RequestCount, "request")}, {Number(model.ClassCount)} classes, {Words.Count(model.FeatureCount, "feature")}, trained until {Words.TimeAndAge(model.TrainedUntil, now)}";

    private static void OtherModels(StringBuilder text, RuntimeStatus status)
    {
        if (status.TrainingModels.Count > 0) Section(text, $"Models from the training store ({Number(status.TrainingModels.Count)})");
        foreach (var pulled in status.TrainingModels.Take(MostModels))
        {
            Line(text, pulled.Name.Value, pulled.Model is { } model ? $"{Of(model, status.AsOf)}; pulled {Words.TimeAndAge(pulled.PulledAt, status.AsOf)}" : "none yet");
            if (pulled.Problem is { } problem) Line(text, "", problem);
        }
        if (status.DocumentModels is not { } documents) return;
        Section(text, "Models from documents");
        Line(text, "held", $"{Number(documents.Models)}, {Words.Bytes(documents.Bytes)}; {Number(documents.Evicted)} went to make room");
        Line(text, "taken", $"{Number(documents.Admitted)}, {Number(documents.Refused)} refused, {Number(documents.TooLong)} too long");
        if (documents.LastProblem is { } last) Line(text, "last problem", last);
    }

    private static void Troubles(StringBuilder text, RuntimeStatus status)
    {
        Section(text, $"Problems ({Number(status.Problems.Count)})");
        if (status.ProblemsSince is { } since) Line(text, "since", Words.TimeAndAge(since, status.AsOf));
        foreach (var problem in status.Problems.Take(MostModels)) Line(text, problem.Model?.Value ?? "runtime", problem.Message);
        Line(text, "last error", status.LastError is { } last ? $"{Words.TimeAndAge(last.At, status.AsOf)}: {last.Message}" : "none");
    }

    private static void Settings(StringBuilder text, RuntimeStatus status, ApplyConfiguration configuration)
    {
        var settings = status.Configuration;
        Section(text, "Settings");
        Line(text, "from", settings.File ?? "code");
        Line(text, "applied", settings.AppliedAt is null ? "never" : $"{Words.TimeAndAge(settings.AppliedAt, status.AsOf)}; {Words.Count(settings.Models, "model")}{(settings.Content is { } content ? $"; content {content.Short}" : "")}");
        Line(text, "changes", $"{Number(settings.Changes)}, {Number(settings.Refused)} refused");
        var inUse = status.Models.Select(model => model.Name).ToHashSet();
        string[] absent = [.. configuration.Models.Where(model => model.ModelSource == ModelSource.FastData && !inUse.Contains(model.Name)).Select(model => model.Name.Value)];
        if (absent.Length > 0) Line(text, "not delivered", $"{Words.Names(absent)}; the settings name what is not in use");
        foreach (var problem in settings.Problems) Line(text, "not in use", problem);
        foreach (var finding in settings.Findings) Line(text, "seldom meant", finding.ToString());
    }

    private static void Decisions(StringBuilder text, RuntimeStatus status)
    {
        Section(text, $"Decisions ({Number(status.Decisions.Sum(count => count.Count))})");
        foreach (var count in status.Decisions) Line(text, Words.Snake(count.Result.ToString()), $"{Number(count.Count)} by {Words.Snake(count.Source.ToString())}");
        foreach (var (reason, count) in status.Fallbacks.ByReason().Where(fallback => fallback.Count > 0)) Line(text, "fell back", $"{Number(count)}, {Words.Snake(reason.ToString())}");
    }

    private static void Log(StringBuilder text, RuntimeStatus status, RuntimeOptions options)
    {
        Section(text, "Told to others");
        Line(text, "randomised", options.Decisions is null ? "not logged" : $"logged; {Number(status.DroppedRecords)} dropped by the log, {Number(status.LostRecords)} lost to its exceptions");
        Line(text, "acknowledged", status.Acknowledgement is { } told ? $"{told.Path}, {(told.WrittenAt is null ? "not written yet" : Words.TimeAndAge(told.WrittenAt, status.AsOf))}" : "no");
        if (status.Acknowledgement?.Problem is { } problem) Line(text, "", problem);
    }

    private static string StateOf(RuntimeState state) => state switch
    {
        RuntimeState.Ready => "ready",
        RuntimeState.Waiting => "waiting for a first generation; decisions fall back",
        _ => "closed; decisions fall back",
    };

    private static void Section(StringBuilder text, string title) => text.Append(text.Length > 0 ? "\n" : "").Append(title).Append('\n');

    // A message of others may have breaks in it, which would look like lines of ours.
    private static void Line(StringBuilder text, string label, string value) =>
        text.Append("  ").Append(label.PadRight(LabelWidth)).Append("  ").Append(value.ReplaceLineEndings(" ")).Append('\n');

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
