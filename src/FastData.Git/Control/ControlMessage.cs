using System.Text;
using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>The message of a commit that an order makes: a subject, the reason, one line a model that changes, and trailers for machines.</summary>
internal sealed class ControlMessage(string action, string subject, Actor actor, string? reason)
{
    public const string ToTrailer = "To: ";

    private readonly List<string> _lines = [];
    private readonly List<string> _trailers = [];

    /// <summary>Key of the trailer that says who acts.</summary>
    public string ByKey { get; init; } = "By";

    /// <summary>Adds a line of the body.</summary>
    public ControlMessage Line(string line)
    {
        _lines.Add(line);
        return this;
    }

    /// <summary>Adds a line for each model that moves.</summary>
    public ControlMessage Lines(IEnumerable<ModelMove> moves)
    {
        foreach (var move in moves) Line($"{move.Name}: {move.Words}");
        return this;
    }

    /// <summary>Adds a trailer; a value of null adds none.</summary>
    public ControlMessage Trailer(string key, string? value)
    {
        if (value is not null) _trailers.Add($"{key}: {value}");
        return this;
    }

    /// <summary>Adds the trailer that says which model it is about; null for all.</summary>
    public ControlMessage About(ModelName? model) => model is { } name ? Trailer("Model", name.Value) : Trailer("Models", "all");

    /// <summary>Adds the trailer that says when it ends.</summary>
    public ControlMessage Until(DateTimeOffset? until) => Trailer("Until", until is { } end ? ControlText.Iso(end) : null);

    public override string ToString()
    {
        var text = new StringBuilder(subject).Append("\n\n");
        if (reason is not null) text.Append("Reason: ").Append(reason).Append("\n\n");
        foreach (var line in _lines) text.Append(line).Append('\n');
        if (_lines.Count > 0) text.Append('\n');
        text.Append("Action: ").Append(action).Append('\n');
        foreach (var trailer in _trailers) text.Append(trailer).Append('\n');
        return text.Append(ByKey).Append(": ").Append(actor).Append('\n').ToString();
    }
}
