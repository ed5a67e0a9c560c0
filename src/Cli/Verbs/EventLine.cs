using System.Globalization;
using System.Text.Json.Serialization;
using Delivery.EventLog.Reading;
using Delivery.EventLog.Records;

namespace Delivery.Cli.Verbs;

/// <summary>What <c>delivery events cat --json</c> writes on a line. Features and probabilities that are no numbers are texts.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record EventLine(
    string Writer, int Segment, long Offset, string RequestId, DateTime? Time, string Model, uint ModelVersion, string ModelSha256, ulong RequestCount, string Source, long Epoch, string Commit,
    string ConfigHash, string Intent, string Locale, string Ui, string Experiment, uint ClassCount, uint? Pivot, uint? Production, uint Shown, string Bundle, double Propensity,
    double ExploreProbability, bool ExternalRandom, long SaltBucket, uint SaltMinutes, uint LocalRadius, double UniformShare, string Draw, IReadOnlyList<float> Features)
{
    public static EventLine Of(EventLogRecord record)
    {
        var data = record.Data;
        return new EventLine(
            record.Writer, record.Segment, record.Offset, data.RequestId, RequestDataText.TimeOf(data), data.Model, data.ModelVersion, data.ModelSha256, data.RequestCount, data.Source, data.Epoch, data.Commit,
            Hex(data.ConfigHash), data.Intent, data.Locale, data.Ui, data.Experiment, data.ClassCount, data.HasPivot ? data.Pivot : null, data.HasProduction ? data.Production : null, data.Shown, data.Bundle, data.Propensity,
            data.ExploreProbability, data.ExternalRandom, data.SaltBucket, data.SaltMinutes, data.LocalRadius, data.UniformShare, Hex(data.Draw), data.Features);
    }

    private static string Hex(ulong value) => value.ToString("x16", CultureInfo.InvariantCulture);
}
