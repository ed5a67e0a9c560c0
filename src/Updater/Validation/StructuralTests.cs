using Delivery.Models;
using Delivery.Models.Formats;

namespace Delivery.Updater.Validation;

/// <summary>What can be said of a candidate without any data: it reads, it is the model asked for, and it goes on from what is delivered.</summary>
public static class StructuralTests
{
    private const ulong MostRequests = 1_000_000_000_000_000;

    /// <param name="name">The name on the list.</param>
    /// <param name="file">The candidate's bytes.</param>
    /// <param name="champion">What is delivered; null for a new model.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="now">No event can be later; a day is allowed for clocks that differ.</param>
    /// <param name="candidate">The candidate as read; null when it does not read, which is then among the reasons.</param>
    /// <returns>Every reason to reject it; none when it passed.</returns>
    public static IReadOnlyList<string> Check(ModelName name, ReadOnlyMemory<byte> file, LoadedModel? champion, ValidationOptions options, DateTimeOffset now, out LoadedModel? candidate)
    {
        candidate = null;
        if (file.Length > options.MaxModelBytes) return [$"structure: the file has {file.Length} bytes; the limit is {options.MaxModelBytes}"];
        try
        {
            candidate = LoadedModel.Of(file);
        }
        catch (InvalidModelException e)
        {
            return [$"structure: {OneLine.Of(e.Message)}"];
        }
        var reasons = new List<string>();
        if (candidate.Header.Name != name.Value) reasons.Add($"structure: the header names '{OneLine.Of(candidate.Header.Name)}'; expected '{name}'");
        var largest = candidate.WeightSize().Largest;
        if (largest > options.MaxAbsoluteWeight) reasons.Add($"structure: the largest |weight| is {largest:G6}; the limit is {options.MaxAbsoluteWeight:G6}");
        AddImpossible(candidate.Header, now, reasons);
        if (champion is not null) AddRegressions(candidate.Header, champion.Header, reasons);
        return reasons;
    }

    // A header that no later one can surpass would keep every later model out.
    private static void AddImpossible(Models.Wire.ModelHeader candidate, DateTimeOffset now, List<string> reasons)
    {
        if (candidate.RequestCount > MostRequests) reasons.Add($"structure: request_count is {candidate.RequestCount}; at most {MostRequests} is believed");
        if (candidate.BatchCount > candidate.RequestCount) reasons.Add($"structure: batch_count is {candidate.BatchCount} and request_count {candidate.RequestCount}; a batch has a request at least");
        foreach (var (field, time) in new[] { ("created", candidate.Created), ("trained_until", candidate.TrainedUntil) })
        {
            if (time?.ToDateTimeOffset() > now.AddDays(1)) reasons.Add($"structure: {field} is {time.ToDateTime():O}, in the future; now is {now:O}");
        }
    }

    private static void AddRegressions(Models.Wire.ModelHeader candidate, Models.Wire.ModelHeader champion, List<string> reasons)
    {
        if (candidate.Kind != champion.Kind) reasons.Add($"structure: the kind is '{candidate.Kind}'; delivered is '{champion.Kind}'");
        if (candidate.ModelVersion <= champion.ModelVersion && champion.TrainedUntil is { } delivered && (candidate.TrainedUntil is null || candidate.TrainedUntil < delivered))
        {
            reasons.Add($"structure: trained until {(candidate.TrainedUntil is { } until ? $"{until.ToDateTime():O}" : "an unknown time")}, which is older than the delivered {delivered.ToDateTime():O}");
        }
        if (candidate.RequestCount < champion.RequestCount && candidate.ModelVersion <= champion.ModelVersion)
        {
            reasons.Add($"structure: request_count fell from {champion.RequestCount} to {candidate.RequestCount} while model_version went from {champion.ModelVersion} to {candidate.ModelVersion}; it may fall only when model_version rises");
        }
    }
}
