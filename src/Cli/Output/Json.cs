using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Delivery.Cli.Verbs;
using Delivery.Updater.Records;

namespace Delivery.Cli.Output;

/// <summary>What <c>--json</c> writes: snake_case, null where there is no value, so that the shape never varies. docs/cli.md describes it.</summary>
internal static class Json
{
    // For people and for jq, never for a web page as it is: quotes and brackets stay what they are.
    private static readonly CliJson Documents = new(new JsonSerializerOptions(CliJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private static readonly CliJson Lines = new(new JsonSerializerOptions(CliJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false });

    /// <summary>One indented document on standard output.</summary>
    public static void Write<T>(T value, Func<CliJson, JsonTypeInfo<T>> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type(Documents)));

    /// <summary>One line on standard output, flushed, for a reader that waits for it.</summary>
    public static void WriteLine<T>(T value, Func<CliJson, JsonTypeInfo<T>> type)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(value, type(Lines)));
        Console.Out.Flush();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(CycleRecord))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(HistoryReport))]
[JsonSerializable(typeof(ShowReport))]
[JsonSerializable(typeof(StoreListReport))]
[JsonSerializable(typeof(StoreGetReport))]
[JsonSerializable(typeof(ReleaseReport))]
[JsonSerializable(typeof(EventLine))]
[JsonSerializable(typeof(EventsCheckReport))]
[JsonSerializable(typeof(FollowEvent.Waiting))]
[JsonSerializable(typeof(FollowEvent.Applied))]
[JsonSerializable(typeof(FollowEvent.Problem))]
[JsonSerializable(typeof(FollowEvent.End))]
internal sealed partial class CliJson : JsonSerializerContext;
