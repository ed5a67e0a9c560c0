using Delivery.ApplyRuntime;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.TrainingStore.Sqlite;
using Delivery.Updater;
using Delivery.Updater.Records;

namespace Delivery.Cli.Demo;

/// <summary>The whole loop on logged data: learn, update, let another process follow, value. Everything is the real thing but the clock of the events.</summary>
public sealed class DemoRun(DemoOptions options, DemoReport report, TimeProvider time)
{
    private const string Configuration =
        """
        {
          "fastData": "fast-data",
          "modelList": "model_list.txt",
          "store": "training.db",
          "cycleRecords": "cycles"
        }

        """;

    /// <summary>Runs it. The work folder is whole whenever it ends: the next update goes on from it.</summary>
    /// <exception cref="VerbException">It could not be run to the end.</exception>
    /// <exception cref="InvalidDataException">The logged data is wrong; the message names file, line, column and value.</exception>
    public async Task<DemoSummary> RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var plan = DemoPlan.Make(DemoData.Load(options.Data ?? ShippedData.Locate()), options.Tests, options.Cycles);
        var work = WorkFolder.Prepare(options.Work);
        await WriteSettingsAsync(work, plan, cancellationToken);
        report.Begin(options, plan);

        await using var reader = ReaderProcess.Start(work.FastData);
        using var store = SqliteTrainingStore.Open(work.Store, time);
        using var training = new DemoTraining(plan, store);
        using var runtime = ModelRuntime.Open(work.FastData);
        var updater = new UpdateCycle(
            new UpdaterOptions { ModelListPath = work.ModelList, RecordsFolder = work.Records },
            store, new FastDataPublisher(work.FastData, time), new CycleRecords(work.Records), time);
        var value = new ProgressiveValue();
        var cycles = new List<DemoCycle>();
        for (var number = 1; number <= plan.Cycles; number++)
        {
            var learning = time.GetTimestamp();
            var cycle = number;
            await report.DuringAsync($"cycle {number} of {plan.Cycles}: {plan.Models.Count} trainers learn from their next chunk", () => training.LearnAsync(cycle, cancellationToken));
            var learned = time.GetElapsedTime(learning);
            var record = await updater.RunAsync(dryRun: false, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Result != CycleResult.Published) throw new VerbException($"Cycle {number} ended as {record.Result}: {record.Error ?? "it had nothing to deliver"}");
            var announced = File.GetLastWriteTimeUtc(new FolderLayout(work.FastData).Current);
            var applied = await reader.WaitForEpochAsync(record.Epoch, cancellationToken);
            await runtime.RefreshAsync(cancellationToken);
            await report.DuringAsync($"cycle {number} of {plan.Cycles}: what was delivered is valued on the next chunk", () => training.ValueAsync(runtime, value, cancellationToken));
            cycles.Add(Describe(number, record, learned, applied.At.UtcDateTime - announced, value));
            report.Cycle(cycles[^1]);
        }

        var end = await reader.StopAsync(cancellationToken);
        var history = new FastDataHistory(work.FastData).Read().ToList();
        var summary = new DemoSummary
        {
            Work = options.Work,
            Seconds = time.GetElapsedTime(started).TotalSeconds,
            Listed = plan.Models.Count + 1,
            Items = training.Items,
            Cycles = cycles,
            Headlines = DemoValue.Of(value.Of(DemoGroup.Headlines)),
            RandomPolicy = DemoValue.Of(value.Of(DemoGroup.RandomPolicy)),
            ThompsonPolicy = DemoValue.Of(value.Of(DemoGroup.ThompsonPolicy)),
            Reader = new(end?.Decisions ?? 0, end?.Failed ?? 0, end?.Epoch ?? 0, [.. reader.Applied.Select(applied => applied.Epoch)]),
            History = [.. history.Select(generation => new DemoCommit(generation.Commit.Hex, generation.Subject))],
            Problems = [],
        };
        summary = summary with { Problems = [.. DemoChecks.Problems(summary, plan, hasEnded: end is not null)] };
        report.End(summary, plan);
        return summary;
    }

    private static async Task WriteSettingsAsync(WorkFolder work, DemoPlan plan, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(work.Configuration, Configuration, cancellationToken);
        var list = new StringWriter();
        await list.WriteAsync("# The models of the demo.\n");
        foreach (var model in plan.Models) await list.WriteAsync($"{model.Name}\n");
        await list.WriteAsync($"{plan.NeverLearned} # no trainer has it: it is skipped until one does\n");
        await File.WriteAllTextAsync(work.ModelList, list.ToString(), cancellationToken);
    }

    private static DemoCycle Describe(int number, CycleRecord record, TimeSpan learned, TimeSpan untilApplied, ProgressiveValue value)
    {
        var counts = record.Models.CountBy(model => model.Outcome).ToDictionary(count => count.Key, count => count.Value);
        return new DemoCycle
        {
            Number = number,
            Epoch = record.Epoch,
            Commit = record.Commit ?? "",
            Delivered = counts.GetValueOrDefault(nameof(ModelOutcome.Accepted)),
            Kept = counts.GetValueOrDefault(nameof(ModelOutcome.Kept)),
            Skipped = counts.GetValueOrDefault(nameof(ModelOutcome.Skipped)),
            Rejected = counts.GetValueOrDefault(nameof(ModelOutcome.Rejected)),
            LearnSeconds = learned.TotalSeconds,
            UpdateSeconds = record.DurationSeconds,
            ReaderMilliseconds = untilApplied.TotalMilliseconds,
            Incidents = [.. record.Models.Where(model => model.Outcome != nameof(ModelOutcome.Accepted)).Select(model => new DemoIncident(model.Outcome, model.Name, model.Reason))],
            ValueSoFar = DemoValue.Of(value.Of(DemoGroup.Headlines)),
        };
    }
}
