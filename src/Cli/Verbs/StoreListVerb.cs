using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.TrainingStore;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery store list</c>: every model of the store.</summary>
internal static class StoreListVerb
{
    private const string More =
        """
        Examples:
          delivery store list
          delivery store list --store work/training.db --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("list", "List every model of the training store.") { More = More };
        var settings = new SettingFlags(command, store: true);
        var json = Arguments.Json();
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, bool json, CancellationToken stop)
    {
        using var store = Places.Store(settings);
        var entries = await store.ListAsync(stop);
        if (json) Json.Write(new StoreListReport(settings.Store, [.. entries.Select(StoreEntryReport.Of)]), types => types.StoreListReport);
        else Show(entries, Page.Standard());
        return ExitCodes.Ok;
    }

    private static void Show(IReadOnlyList<StoreEntry> entries, Page page)
    {
        if (entries.Count > 0)
        {
            page.Table(
                [new("model"), new("version", IsNumber: true), new("state", IsNumber: true), new("exported", IsNumber: true), new("holdout items", IsNumber: true), new("saved")],
                [.. entries.Select(entry => new[]
                {
                    entry.Name.Value, entry.Version.ToString(CultureInfo.InvariantCulture), Human.Bytes(entry.StateBytes),
                    entry.ModelSavedAt is null ? "no" : Human.Bytes(entry.ModelBytes), entry.HoldoutItems.ToString(CultureInfo.InvariantCulture), Human.Time(entry.SavedAt),
                })]);
        }
        page.Line($"{Human.Count(entries.Count, "model")}, {Human.Bytes(entries.Sum(entry => entry.StateBytes + entry.ModelBytes + entry.HoldoutBytes))}");
    }
}

/// <summary>What <c>delivery store list --json</c> writes.</summary>
internal sealed record StoreListReport(string Store, IReadOnlyList<StoreEntryReport> Models);

/// <summary>One model of the store.</summary>
internal sealed record StoreEntryReport(
    string Name, long Version, int StateBytes, int ModelBytes, long HoldoutBytes, int HoldoutItems, DateTimeOffset SavedAt, DateTimeOffset? ModelSavedAt)
{
    public static StoreEntryReport Of(StoreEntry entry) => new(
        entry.Name.Value, entry.Version, entry.StateBytes, entry.ModelBytes, entry.HoldoutBytes, entry.HoldoutItems, entry.SavedAt, entry.ModelSavedAt);
}
