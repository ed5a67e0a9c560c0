using System.Globalization;
using System.Text;
using Delivery.Models.Wire;

namespace Delivery.EventLog.Records;

/// <summary>The readable form of a logged decision, for people who look for what happened on a request.</summary>
public static class RequestDataText
{
    /// <summary>Features that are written out unless told otherwise.</summary>
    public const int FewFeatures = 8;

    /// <summary>A few lines without a newline at the end. What is not known is left out.</summary>
    /// <param name="data">The decision.</param>
    /// <param name="features">How many features are written out.</param>
    public static string Of(RequestData data, int features = FewFeatures)
    {
        ArgumentNullException.ThrowIfNull(data);
        var text = new StringBuilder();
        Line(text, $"request {data.RequestId}", TimeOf(data) is { } time ? $"at {time:yyyy-MM-dd HH:mm:ss.fff}Z" : "at no known time", Named("intent", data.Intent), Named("locale", data.Locale), Named("ui", data.Ui), Named("experiment", data.Experiment));
        Line(text, $"  model {data.Model}", data.ModelSha256.Length == 0 && data.ModelVersion == 0 ? "not there yet" : $"version {data.ModelVersion}", $"{data.RequestCount} requests",
            Named("from", data.Source), data.Epoch != 0 ? $"epoch {data.Epoch}" : "", Named("commit", Short(data.Commit, 8)), Named("sha256", Short(data.ModelSha256, 16)));
        Line(text, $"  shown {Class(data.Shown, data.ClassCount)}", data.HasPivot ? $"pivot {Class(data.Pivot, data.ClassCount)}" : "no pivot",
            data.HasProduction ? $"production {Class(data.Production, data.ClassCount)}" : "production not known", data.ClassCount != 0 ? $"{data.ClassCount} classes" : "");
        Line(text, $"  {(data.ExternalRandom ? "randomised elsewhere" : "randomised")}{(data.Bundle.Length > 0 ? $" by {data.Bundle}" : "")}", $"propensity {Number(data.Propensity)}", data.LocalRadius != 0 ? $"radius {data.LocalRadius}, uniform share {Number(data.UniformShare)}" : "", $"explored with probability {Number(data.ExploreProbability)}",
            data.SaltBucket != 0 ? $"salt period {data.SaltBucket}{(data.SaltMinutes != 0 ? $" of {data.SaltMinutes} min" : "")}" : "", data.Draw != 0 ? $"draw {data.Draw:x16}" : "", data.ConfigHash != 0 ? $"config {data.ConfigHash:x16}" : "");
        Features(text, data, features);
        return text.ToString();
    }

    /// <summary>The same of an entry, as it would be read from the log. Allocates: for single requests only.</summary>
    /// <param name="entry">The decision.</param>
    /// <param name="features">How many features are written out.</param>
    public static string Of(in RequestEntry entry, int features = FewFeatures)
    {
        var sizes = RequestEncoder.Measure(entry);
        var bytes = new byte[sizes.Total];
        RequestEncoder.Write(entry, sizes, bytes);
        return Of(RequestData.Parser.ParseFrom(bytes), features);
    }

    /// <summary>Null where it is absent or no date.</summary>
    public static DateTime? TimeOf(RequestData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        const long firstSecond = -62_135_596_800, lastSecond = 253_402_300_799; // years 1 to 9999
        return data.Time is { Seconds: >= firstSecond and <= lastSecond, Nanos: >= 0 and < 1_000_000_000 } time
            ? DateTime.UnixEpoch.AddTicks(time.Seconds * TimeSpan.TicksPerSecond + time.Nanos / TimeSpan.NanosecondsPerTick)
            : null;
    }

    private static void Line(StringBuilder text, string first, params ReadOnlySpan<string> facts)
    {
        text.Append(first);
        foreach (var fact in facts)
        {
            if (fact.Length > 0) text.Append(", ").Append(fact);
        }
        text.Append('\n');
    }

    private static void Features(StringBuilder text, RequestData data, int most)
    {
        var squares = 0.0;
        foreach (double value in data.Features) squares += value * value;
        text.Append(CultureInfo.InvariantCulture, $"  features {data.Features.Count}, norm {Number(Math.Sqrt(squares))}");
        for (var i = 0; i < Math.Min(most, data.Features.Count); i++) text.Append(i == 0 ? ": " : " ").Append(data.Features[i].ToString(CultureInfo.InvariantCulture));
        if (most > 0 && data.Features.Count > most) text.Append(" ...");
    }

    private static string Class(uint value, uint count) => count > 0 && value == count - 1 ? $"{value} (not shown)" : $"{value}";

    private static string Named(string name, string value) => value.Length == 0 ? "" : $"{name} {value}";

    private static string Short(string hex, int digits) => hex.Length > digits ? hex[..digits] : hex;

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
