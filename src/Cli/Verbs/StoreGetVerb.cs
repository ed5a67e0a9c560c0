using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Settings;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery store get</c>: the model that a trainer exported, described or written to a file.</summary>
internal static class StoreGetVerb
{
    private const string More =
        """
        Examples:
          delivery store get news_touch
          delivery store get news_touch --out news_touch.pb
          protoc --proto_path=proto --decode=delivery.v1.Model delivery/v1/model.proto < news_touch.pb

        protoc needs timestamp.proto too: on Debian it comes with libprotobuf-dev; else add --proto_path with protoc's include folder.
        """;

    public static Command Create()
    {
        var command = new VerbCommand("get", "Show the exported model of one name, or write it to a file.") { More = More };
        var model = new Argument<string>("NAME") { Description = "The model." };
        var settings = new SettingFlags(command, store: true);
        var output = new Option<string?>("--out") { Description = "Write the model file here; an older file is replaced.", HelpName = "FILE" };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(output);
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetRequiredValue(model), parse.GetValue(output), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, string wanted, string? output, bool json, CancellationToken stop)
    {
        var name = Arguments.ModelName(wanted);
        var path = output is null ? null : Target(output);
        using var store = Places.Store(settings);
        var model = await store.GetModelAsync(name, stop) ?? throw new VerbException(await NotThereAsync(store, settings, name, stop));
        if (path is not null) await WriteAsync(path, model.File, stop);
        var report = StoreGetReport.Of(settings.Store, name, model, path);
        if (json) Json.Write(report, types => types.StoreGetReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    /// <exception cref="VerbException">No file can be written there.</exception>
    private static string Target(string output)
    {
        if (output.Length == 0) throw VerbException.Usage("--out is empty; expected a file.");
        var path = Path.GetFullPath(output);
        if (Directory.Exists(path)) throw new VerbException($"--out is '{output}', which is a folder; a file was expected.");
        var folder = Path.GetDirectoryName(path);
        return Directory.Exists(folder) ? path : throw new VerbException($"--out is '{output}', but there is no folder '{folder}'. Make it first.");
    }

    private static async Task<string> NotThereAsync(SqliteTrainingStore store, DeliverySettings settings, ModelName name, CancellationToken stop)
    {
        var entries = await store.ListAsync(stop);
        if (entries.Any(entry => entry.Name == name)) return $"'{name}' has a trainer's state in '{settings.Store}', but no model was exported from it yet.";
        var near = NearestName.Of(name.Value, entries.Select(entry => entry.Name.Value));
        return $"The training store '{settings.Store}' has no model '{name}'{(near is null ? "." : $"; did you mean '{near}'?")}";
    }

    /// <summary>Whole or not at all: a process that is killed leaves the older file as it was.</summary>
    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        var temporary = path + ".part";
        await File.WriteAllBytesAsync(temporary, content, stop);
        File.Move(temporary, path, overwrite: true);
    }

    private static void Show(StoreGetReport report, Page page) => page.Facts(
    [
        ("model", report.Name),
        ("version", report.Version.ToString(CultureInfo.InvariantCulture)),
        ("saved", Human.Time(report.SavedAt)),
        ("sha256", report.Sha256),
        ("size", Human.Bytes(report.SizeBytes)),
        .. report.Header?.Facts() ?? [],
        ("problem", report.Problem),
        ("written to", report.WrittenTo),
    ]);
}

/// <summary>What <c>delivery store get --json</c> writes.</summary>
/// <param name="Store">The store's file.</param>
/// <param name="Name">The model.</param>
/// <param name="Version">Its version in the store.</param>
/// <param name="SavedAt">When the trainer saved it.</param>
/// <param name="Sha256">Of the model file.</param>
/// <param name="SizeBytes">Of the model file.</param>
/// <param name="Header">Null when the file is no valid model.</param>
/// <param name="Problem">Why it is none; null when it is.</param>
/// <param name="WrittenTo">The file written; null without <c>--out</c>.</param>
internal sealed record StoreGetReport(
    string Store, string Name, long Version, DateTimeOffset SavedAt, string Sha256, long SizeBytes, HeaderReport? Header, string? Problem, string? WrittenTo)
{
    public static StoreGetReport Of(string store, ModelName name, StoredModel model, string? writtenTo)
    {
        var report = new StoreGetReport(store, name.Value, model.Version, model.SavedAt, ContentHash.Of(model.File.Span).Hex, model.File.Length, null, null, writtenTo);
        try
        {
            return report with { Header = HeaderReport.Of(ModelLayout.Read(model.File.Span).Header) };
        }
        catch (InvalidModelException e)
        {
            return report with { Problem = e.Message };
        }
    }
}
