using Delivery.Models.Wire;

namespace Delivery.Updater.Publishing;

/// <summary>Whether a model whose weights all stay is worth a delivery for its header alone.</summary>
/// <remarks>
/// The counters of the header grow with every request, so they would make a commit each cycle. Exploration follows
/// <c>request_count</c> slowly (p(n) falls like 1/√n or 1/log n, so 10 % more requests lower it by 5 % at most; where it falls like 1/n, by 9 %), and
/// people read ages of models from <c>trained_until</c>. So what is delivered is never more than 10 % or a day behind.
/// </remarks>
public static class HeaderNews
{
    private static readonly TimeSpan OldestTraining = TimeSpan.FromDays(1);

    /// <summary>
    /// True when anything but a counter or a time changed, when <c>request_count</c> grew by 10 % or more, or when <c>trained_until</c> is a day or more later.
    /// </summary>
    public static bool Any(ModelHeader trained, ModelHeader delivered)
    {
        if (!WithoutProgress(trained).Equals(WithoutProgress(delivered))) return true;
        var grown = trained.RequestCount > delivered.RequestCount ? trained.RequestCount - delivered.RequestCount : 0;
        return (grown > 0 && grown >= delivered.RequestCount / 10.0)
            || trained.TrainedUntil?.ToDateTimeOffset() - delivered.TrainedUntil?.ToDateTimeOffset() >= OldestTraining;
    }

    private static ModelHeader WithoutProgress(ModelHeader header)
    {
        var rest = header.Clone();
        (rest.RequestCount, rest.BatchCount, rest.Created, rest.TrainedUntil) = (0, 0, null, null);
        return rest;
    }
}
