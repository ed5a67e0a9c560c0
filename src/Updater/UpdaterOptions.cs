using Delivery.Updater.Publishing;
using Delivery.Updater.Pulling;
using Delivery.Updater.Validation;

namespace Delivery.Updater;

/// <summary>How the updater works. Immutable: derive variants with <c>with</c>.</summary>
public sealed record UpdaterOptions
{
    /// <summary>The list of models. Default <c>model_list.txt</c> in the working folder.</summary>
    public string ModelListPath { get; init; } = "model_list.txt";

    /// <summary>Where a record of each cycle is kept; made when missing. Default <c>cycles</c> in the working folder.</summary>
    public string RecordsFolder { get; init; } = "cycles";

    /// <summary>The training store's name in cards. Default <c>training-store</c>.</summary>
    public string StoreName { get; init; } = "training-store";

    /// <summary>From the start of one cycle to the start of the next. Default 30 min, from 100 ms to 7 days.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Most bytes of all delivered models together. Default 4 GiB, at least 1 KiB.</summary>
    public long MaxTotalBytes { get; init; } = 4L << 30;

    /// <summary>How the training store is asked.</summary>
    public PullOptions Pull { get; init; } = new();

    /// <summary>What a candidate has to pass.</summary>
    public ValidationOptions Validation { get; init; } = new();

    /// <summary>How closely published weights follow the trained ones. Default: they are the trained ones.</summary>
    public PublishOptions Publish { get; init; } = new();

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(ModelListPath)) yield return $"{nameof(ModelListPath)} is empty.";
        if (string.IsNullOrWhiteSpace(RecordsFolder)) yield return $"{nameof(RecordsFolder)} is empty.";
        if (string.IsNullOrWhiteSpace(StoreName) || StoreName.Any(char.IsControl)) yield return $"{nameof(StoreName)} is '{OneLine.Of(StoreName)}'; it needs one line of text.";
        if (Period < TimeSpan.FromMilliseconds(100) || Period > TimeSpan.FromDays(7)) yield return $"{nameof(Period)} is {Period}; it needs 100 ms to 7 days.";
        if (MaxTotalBytes < 1024) yield return $"{nameof(MaxTotalBytes)} is {MaxTotalBytes}; it needs 1024 or more.";
        foreach (var problem in Pull.Problems()) yield return $"{nameof(Pull)}.{problem}";
        foreach (var problem in Validation.Problems()) yield return $"{nameof(Validation)}.{problem}";
        foreach (var problem in Publish.Problems()) yield return $"{nameof(Publish)}.{problem}";
    }

    /// <exception cref="ArgumentException">There are problems; the message tells all of them.</exception>
    public void ThrowIfUnusable()
    {
        if (string.Join('\n', Problems()) is { Length: > 0 } problems) throw new ArgumentException($"The updater's options cannot be used:\n{problems}");
    }
}
