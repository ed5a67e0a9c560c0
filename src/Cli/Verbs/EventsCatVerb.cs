using System.CommandLine;
using Delivery.Cli.Output;
using Delivery.EventLog.Reading;
using Delivery.EventLog.Records;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery events cat</c>: the logged decisions, in words or as JSON.</summary>
internal static class EventsCatVerb
{
    private const string More =
        """
        Records come by their time; those of one writer stay in its order. Bytes that do not verify are told on standard error
        and stepped over.

        Examples:
          delivery events cat /var/log/search/events
          delivery events cat events --model news_touch -n 10
          delivery events cat events --follow --json | jq .propensity
        """;

    public static Command Create()
    {
        var command = new VerbCommand("cat", "Print the decisions of an event log.") { More = More };
        var directory = EventsVerb.Directory();
        var model = new Option<string?>("--model") { Description = "Only decisions of this model.", HelpName = "MODEL" };
        var count = new Option<long?>("-n", "--count") { Description = "At most so many. Default: all.", HelpName = "N", CustomParser = given => Arguments.WholeNumber<long>(given) };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is added, until SIGTERM or Ctrl-C." };
        var json = new Option<bool>("--json") { Description = "Write one JSON object a line; docs/cli.md describes its fields." };
        command.Arguments.Add(directory);
        foreach (var option in (Option[])[model, count, follow, json]) command.Options.Add(option);
        command.SetAction((parse, stop) => RunAsync(parse.GetRequiredValue(directory), parse.GetValue(model), parse.GetValue(count), parse.GetValue(follow), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(string directory, string? model, long? count, bool follow, bool json, CancellationToken stop)
    {
        if (count < 1) throw VerbException.Usage($"-n is {count}; it needs 1 or more.");
        if (model is not null) Arguments.ModelName(model);
        var reader = new EventLogReader(EventsVerb.Existing(directory), options: new EventLogReaderOptions { Problem = problem => ErrorReport.Write(problem.Message, Console.Error) });
        var left = count ?? long.MaxValue;
        while (left > 0 && await NextAsync(reader, follow, stop) is { } record)
        {
            if (model is not null && record.Data.Model != model) continue;
            Show(record, json);
            left--;
        }
        return ExitCodes.Ok;
    }

    /// <summary>Null at the end, which <c>--follow</c> has only when it is stopped.</summary>
    private static async Task<EventLogRecord?> NextAsync(EventLogReader reader, bool follow, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (reader.TryRead(out var record)) return record;
            if (!follow) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(200), stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        return null;
    }

    private static void Show(EventLogRecord record, bool json)
    {
        if (json)
        {
            Json.WriteLine(EventLine.Of(record), types => types.EventLine);
            return;
        }
        foreach (var line in RequestDataText.Of(record.Data).Split('\n')) Console.Out.WriteLine(Printable.Of(line));
    }
}
