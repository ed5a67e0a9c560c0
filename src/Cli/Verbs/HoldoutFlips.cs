using Delivery.Cli.Configuration;
using Delivery.Models;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Delivery.TrainingStore;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Verbs;

/// <summary>How often one class took the place of another.</summary>
internal sealed record FlipReport(int Before, int After, int Count);

/// <summary>How two versions of a model decide the same holdout items.</summary>
/// <param name="Items">Items that both could decide.</param>
/// <param name="LeftOut">Items of other features, or with a score that is no number.</param>
/// <param name="Flips">Items for which they choose different classes.</param>
/// <param name="Share">Of <paramref name="Items"/>.</param>
/// <param name="ProbabilityShift">Mean share of the probability that moved between classes.</param>
/// <param name="Classes">The flips by class, the most frequent first.</param>
internal sealed record HoldoutFlips(int Items, int LeftOut, int Flips, double Share, double ProbabilityShift, IReadOnlyList<FlipReport> Classes)
{
    /// <summary>Decides the holdout of the training store with both; null, and why, where that cannot be done.</summary>
    public static async Task<(HoldoutFlips? Flips, string? Problem)> ReadAsync(
        DeliverySettings settings, ModelName name, ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, CancellationToken cancellationToken)
    {
        if (!File.Exists(settings.Store)) return (null, $"no holdout: there is no training store '{settings.Store}'");
        try
        {
            using var store = Places.Store(settings);
            var items = await store.ReadHoldoutAsync(name, cancellationToken);
            if (items.Count == 0) return (null, $"no holdout: the training store has no items of '{name}'");
            var (old, now) = (LoadedModel.Of(before), LoadedModel.Of(after));
            if (!now.TakesFeaturesOf(old)) return (null, "not compared: the two take different features");
            var flips = Of(items, old, now);
            return flips.Items == 0 ? (null, $"not compared: none of the {items.Count} holdout items has the features of the model") : (flips, null);
        }
        catch (Exception e) when (e is TrainingStoreException or Models.Formats.InvalidModelException)
        {
            return (null, $"not compared: {e.Message}");
        }
    }

    private static HoldoutFlips Of(IReadOnlyList<PoolItem> items, LoadedModel before, LoadedModel after)
    {
        var flips = new Dictionary<(int, int), int>();
        var features = new float[after.Scorer.FeatureCount];
        var count = 0;
        foreach (var item in items.Where(item => item.Features.Count == features.Length))
        {
            item.Features.CopyTo(features, 0);
            var (old, now) = (Choose(before, features), Choose(after, features));
            if (old < 0 || now < 0) continue;
            count++;
            if (old != now) flips[(old, now)] = flips.GetValueOrDefault((old, now)) + 1;
        }
        var total = flips.Values.Sum();
        var shift = HoldoutReplay.Of(items, after, before).ProbabilityShift;
        return new HoldoutFlips(count, items.Count - count, total, count == 0 ? 0 : (double)total / count, shift,
            [.. flips.OrderByDescending(flip => flip.Value).ThenBy(flip => flip.Key).Select(flip => new FlipReport(flip.Key.Item1, flip.Key.Item2, flip.Value))]);
    }

    private static int Choose(LoadedModel model, float[] features)
    {
        var scores = new float[model.Scorer.ClassCount];
        model.Scorer.Score(model.File.Span, features, scores);
        return Scorer.Best(scores);
    }
}
