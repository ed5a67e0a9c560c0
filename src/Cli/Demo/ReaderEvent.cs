using System.Text.Json;

namespace Delivery.Cli.Demo;

/// <summary>One line of JSON that the reader process says.</summary>
public abstract record ReaderEvent
{
    private ReaderEvent() { } // closed: these two and no more

    /// <summary>A generation is in use.</summary>
    /// <param name="At">Since when.</param>
    /// <param name="Epoch">Its number.</param>
    /// <param name="Models">Its models.</param>
    public sealed record Applied(DateTimeOffset At, long Epoch, int Models) : ReaderEvent;

    /// <summary>The last line.</summary>
    /// <param name="Decisions">Decisions made.</param>
    /// <param name="Failed">Decisions that no model made though one was delivered.</param>
    /// <param name="Epoch">The generation in use at the end.</param>
    /// <param name="Reloads">Generations loaded.</param>
    public sealed record Ended(long Decisions, long Failed, long Epoch, long Reloads) : ReaderEvent;

    /// <summary>Null for an event of another kind, and for a line that is none.</summary>
    public static ReaderEvent? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var fields = json.RootElement;
            return fields.GetProperty("event").GetString() switch
            {
                "applied" => new Applied(fields.GetProperty("at").GetDateTimeOffset(), fields.GetProperty("epoch").GetInt64(), fields.GetProperty("models").GetInt32()),
                "end" => new Ended(
                    fields.GetProperty("decisions").GetInt64(), fields.GetProperty("failed").GetInt64(), fields.GetProperty("epoch").GetInt64(), fields.GetProperty("reloads").GetInt64()),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
