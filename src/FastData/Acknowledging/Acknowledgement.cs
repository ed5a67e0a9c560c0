using System.Text.Json;
using System.Text.Json.Serialization;

namespace Delivery.FastData.Acknowledging;

/// <summary>What became of one model of the generation in use.</summary>
public enum AppliedResult
{
    /// <summary>The published version is in use.</summary>
    Applied,

    /// <summary>The published version could not be loaded; an older one stays in use.</summary>
    KeptOlder,

    /// <summary>It could not be loaded and there is none to use instead.</summary>
    Missing,
}

/// <summary>One model of an acknowledgement.</summary>
/// <param name="Name">The model.</param>
/// <param name="Sha256">Of the file in use; null when there is none.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Problem">Why the published version is not in use; null when it is.</param>
public sealed record AcknowledgedModel(string Name, string? Sha256, AppliedResult Result, string? Problem);

/// <summary>A generation that the process took into use.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="AppliedAt">When it was swapped in, by the clock of that host.</param>
/// <param name="NotApplied">Models of it that were left out or kept at an older version.</param>
public sealed record AcknowledgedEpoch(long Epoch, string Commit, DateTimeOffset AppliedAt, int NotApplied);

/// <summary>What one runtime of one process says that it has in use: a small JSON file that it keeps up to date. docs/observe.md describes it.</summary>
public sealed record Acknowledgement
{
    /// <summary>The format number that this version writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Most models that a file lists; those that are not applied come first.</summary>
    public const int MostModels = 2000;

    /// <summary>Most generations of <see cref="History"/>.</summary>
    public const int MostEpochs = 100;

    /// <summary>Longest file that is read, in bytes.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Longest name of a host that is read; no system has longer ones.</summary>
    private const int LongestHost = 255;

    public required int Format { get; init; }

    /// <summary>Name of the host, as the operating system tells it.</summary>
    public required string Host { get; init; }

    /// <summary>The process.</summary>
    public required ProcessIdentity Process { get; init; }

    /// <summary>When the process began, by its own clock.</summary>
    public required DateTimeOffset ProcessStarted { get; init; }

    /// <summary>Number of the runtime in its process, from 1.</summary>
    public required int Runtime { get; init; }

    /// <summary>The fast-data folder that it follows, as that process names it.</summary>
    public required string Folder { get; init; }

    /// <summary>When this content was written. The time of the file is that of the last sign of life.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>How often the process gives a sign of life, in seconds.</summary>
    public required double HeartbeatSeconds { get; init; }

    /// <summary>The generation in use; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>Its commit; null for none.</summary>
    public string? Commit { get; init; }

    /// <summary>When it was swapped in; null for none.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>How many models are in use.</summary>
    public int ModelCount { get; init; }

    /// <summary>The models, those that are not applied first, then by name; at most <see cref="MostModels"/>.</summary>
    public IReadOnlyList<AcknowledgedModel> Models { get; init; } = [];

    /// <summary>What is wrong with CURRENT or the manifest, so that a newer generation may not be in use; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>The last generations in use, the oldest first, the one in use last; at most <see cref="MostEpochs"/>.</summary>
    public IReadOnlyList<AcknowledgedEpoch> History { get; init; } = [];

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, AcknowledgementJson.Default.Acknowledgement), (byte)'\n'];

    /// <param name="content">The whole file.</param>
    /// <param name="path">For the message of an error.</param>
    /// <exception cref="FastDataException">This is no acknowledgement of a format that this version reads.</exception>
    public static Acknowledgement Parse(ReadOnlySpan<byte> content, string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize(content, AcknowledgementJson.Default.Acknowledgement) ?? throw new JsonException("it is null.");
            if (read.Format != CurrentFormat) throw new FastDataException($"{path}: it has format {read.Format}; this version reads {CurrentFormat}.");
            if (read.Models.Any(model => model is null) || read.History.Any(epoch => epoch is null)) throw new JsonException("a model or an epoch is null."); // the serializer does not look into lists
            if (read.Host.Length > LongestHost) throw new JsonException($"the host has a name of {read.Host.Length} characters; at most {LongestHost} are read."); // a table is as wide as its widest name
            return read;
        }
        catch (JsonException e)
        {
            throw new FastDataException($"{path}: no acknowledgement: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n",
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class AcknowledgementJson : JsonSerializerContext;
