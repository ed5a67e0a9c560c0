using System.Text.Json;
using System.Text.Json.Serialization;

namespace Delivery.SearchProcess.Logging;

/// <summary>A line of the outcome log. Its first property, <c>event</c>, is <c>show</c> or <c>click</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Shown), "show")]
[JsonDerivedType(typeof(Clicked), "click")]
internal abstract record Outcome([property: JsonPropertyOrder(-2)] DateTimeOffset Time, [property: JsonPropertyOrder(-1)] string Request);

/// <summary>A page went out.</summary>
/// <param name="Time">Of the request.</param>
/// <param name="Request">The same id as in the decisions of the event log.</param>
/// <param name="User">Who asked.</param>
/// <param name="Query">What was asked.</param>
/// <param name="Blocks">The page from the top.</param>
internal sealed record Shown(DateTimeOffset Time, string Request, string User, string Query, IReadOnlyList<ShownBlock> Blocks) : Outcome(Time, Request);

/// <summary>One place of a page.</summary>
/// <param name="Intent">The wizard that stands there; null for an ordinary result.</param>
/// <param name="Items">Stock codes.</param>
internal sealed record ShownBlock(string? Intent, IReadOnlyList<string> Items);

/// <summary>Somebody followed a link.</summary>
/// <param name="Time">Of the click.</param>
/// <param name="Request">Of the page that it was on.</param>
/// <param name="Place">The block, from 0.</param>
/// <param name="Intent">The wizard that stands there; null for an ordinary result.</param>
/// <param name="Item">Stock code.</param>
internal sealed record Clicked(DateTimeOffset Time, string Request, int Place, string? Intent, string Item) : Outcome(Time, Request);

/// <summary>Appends what users saw and did to a file of one JSON object a line. Any thread; one process a file.</summary>
/// <remarks>A line is with the operating system before the answer goes out, so a killed process loses none. A disk that fails costs lines, not answers.</remarks>
internal sealed class OutcomeLog : IDisposable
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Lock _writing = new();
    private readonly FileStream _alone; // what is shared for reading cannot be locked against other writers on Linux
    private readonly FileStream _file;
    private readonly ILogger _log;
    private long _lost;

    /// <exception cref="IOException">The file cannot be written, or another process has it.</exception>
    public OutcomeLog(string path, ILogger log)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _alone = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        (_file, _log) = (new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0), log);
    }

    /// <summary>Lines that could not be written.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public void Append(Outcome outcome)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(outcome, Format);
        try
        {
            lock (_writing) _file.Write([.. line, (byte)'\n']);
        }
        catch (IOException e)
        {
            if (Interlocked.Increment(ref _lost) == 1) _log.LogWarning("{File} cannot be written: {Why} Later failures are only counted, in /status.", _file.Name, e.Message);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _alone.Dispose();
    }
}
