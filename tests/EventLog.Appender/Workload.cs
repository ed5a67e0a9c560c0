using System.Globalization;
using Delivery.Models.Wire;

namespace Delivery.EventLog.Appender;

/// <summary>Records whose whole content follows from a thread and a number, so that a reader can tell each from any mixture.</summary>
public static class Workload
{
    public const int Features = 601;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Appends the record; false when it was dropped.</summary>
    public static bool Append(EventLogWriter log, int thread, int number, Span<float> scratch)
    {
        ArgumentNullException.ThrowIfNull(log);
        Fill(thread, number, scratch);
        return log.Append(new RequestEntry
        {
            RequestId = RequestId(thread, number), Time = Start.AddMilliseconds(number), Model = "news_touch", Intent = "NEWS_WIZARD", Features = scratch,
            Pivot = 3, Shown = (uint)(number % 11), Bundle = "positional_random", Propensity = 1 / 11.0, ExploreProbability = 1, RequestCount = (ulong)number,
        });
    }

    /// <summary>Thread and number of a record; throws when its content is not what was appended.</summary>
    public static (int Thread, int Number) Verify(RequestData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var parts = data.RequestId.Split('-');
        var (thread, number) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        var expected = new float[data.Features.Count];
        Fill(thread, number, expected);
        if (data.RequestCount != (ulong)number || data.Shown != number % 11 || !data.Features.SequenceEqual(expected)) throw new InvalidDataException($"The record {data.RequestId} is not what was appended.");
        return (thread, number);
    }

    private static string RequestId(int thread, int number) => string.Create(CultureInfo.InvariantCulture, $"{thread}-{number}");

    private static void Fill(int thread, int number, Span<float> features)
    {
        for (var i = 0; i < features.Length; i++) features[i] = (thread * 1000) + number + (i / 1024f);
    }
}
