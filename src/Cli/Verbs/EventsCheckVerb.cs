using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Output;
using Delivery.EventLog.Reading;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery events check</c>: verifies every record.</summary>
internal static class EventsCheckVerb
{
    private const string More =
        """
        A segment that is 'open' is being written, or its writer died; one that is 'cut off' was left by a writer that died,
        which is no problem by itself.

        Exit codes:
          0  every byte verifies.
          1  there are problems, or no such directory.
          2  the command line is wrong.

        Examples:
          delivery events check /var/log/search/events
          delivery events check events --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("check", "Verify every record of an event log.") { More = More };
        var directory = EventsVerb.Directory();
        var json = Arguments.Json();
        command.Arguments.Add(directory);
        command.Options.Add(json);
        command.SetAction(parse => Run(parse.GetRequiredValue(directory), parse.GetValue(json)));
        return command;
    }

    private static int Run(string directory, bool json)
    {
        var path = EventsVerb.Existing(directory);
        var report = EventsCheckReport.Of(path, [.. EventLogCheck.Run(path)]);
        if (json) Json.Write(report, types => types.EventsCheckReport);
        else Show(report, Page.Standard());
        return report.Problems == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Show(EventsCheckReport report, Page page)
    {
        if (report.Segments.Count > 0)
        {
            page.Table(
                [new("segment"), new("state"), new("records", IsNumber: true), new("size", IsNumber: true), new("problems", IsNumber: true)],
                [.. report.Segments.Select(segment => new[]
                {
                    segment.File, State(segment), segment.Records.ToString(CultureInfo.InvariantCulture), Human.Bytes(segment.Bytes), segment.Problems.Count.ToString(CultureInfo.InvariantCulture),
                })]);
        }
        foreach (var problem in report.Segments.SelectMany(segment => segment.Problems)) page.Line(problem.Message);
        page.Line($"{Human.Count(report.Records, "record")} in {Human.Count(report.Segments.Count, "segment")}, {Human.Bytes(report.Bytes)}; {Human.Count(report.Problems, "problem")}, {Human.Bytes(report.LostBytes)} lost");
    }

    private static string State(SegmentSummary segment) => segment.State switch
    {
        SegmentState.Open => segment.PendingBytes == 0 ? "open" : $"open, {Human.Bytes(segment.PendingBytes)} pending",
        SegmentState.Sealed => "sealed",
        _ => "cut off",
    };
}

/// <summary>What <c>delivery events check --json</c> writes.</summary>
internal sealed record EventsCheckReport(string Directory, long Records, long Bytes, long Problems, long LostBytes, IReadOnlyList<SegmentSummary> Segments)
{
    public static EventsCheckReport Of(string directory, IReadOnlyList<SegmentSummary> segments) => new(
        directory, segments.Sum(segment => segment.Records), segments.Sum(segment => segment.Bytes), segments.Sum(segment => segment.Problems.Count),
        segments.Sum(segment => segment.Problems.Sum(problem => problem.Bytes)), segments);
}
