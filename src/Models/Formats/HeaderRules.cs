using System.Diagnostics.CodeAnalysis;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Models.Formats;

/// <summary>What the fields of a header must say, whatever the bytes they came from.</summary>
internal static class HeaderRules
{
    // 0001-01-01 to 9999-12-31, the range that protobuf gives to a Timestamp.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;
    private const int LastNano = 999_999_999;

    /// <exception cref="InvalidModelException">A field is out of its range; the message names it, its value and the range.</exception>
    public static void Check(ModelHeader header)
    {
        if (!ModelName.TryParse(header.Name, out _, out var problem)) Fail("name", problem);
        if (!ModelLimits.IsKind(header.Kind)) Fail("kind", $"It is '{Short(header.Kind)}'; expected 1 to {ModelLimits.MaxKindLength} characters of a-z 0-9 _.");
        if (header.ClassCount is < ModelLimits.MinClasses or > ModelLimits.MaxClasses)
        {
            Fail("class_count", $"It is {header.ClassCount}; expected {ModelLimits.MinClasses} to {ModelLimits.MaxClasses}.");
        }
        if (header.FeatureCount is < 1 or > ModelLimits.MaxFeatures)
        {
            Fail("feature_count", $"It is {header.FeatureCount}; expected 1 to {ModelLimits.MaxFeatures}.");
        }
        CheckSources(header);
        CheckTimestamp("created", header.Created);
        CheckTimestamp("trained_until", header.TrainedUntil);
    }

    private static void CheckSources(ModelHeader header)
    {
        if (header.Sources.Count is < 1 or > ModelLimits.MaxSources) Fail("sources", $"There are {header.Sources.Count}; expected 1 to {ModelLimits.MaxSources}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        ulong features = 0;
        foreach (var source in header.Sources)
        {
            if (!ModelLimits.IsName(source.Name)) Fail("sources", $"One is called '{Short(source.Name)}'; expected 1 to {ModelLimits.MaxNameLength} characters of A-Z a-z 0-9 _.");
            if (!names.Add(source.Name)) Fail("sources", $"Two are called '{source.Name}'.");
            if (source.Count == 0) Fail("sources", $"'{source.Name}' has a count of 0; expected at least 1.");
            features += source.Count;
        }
        if (features != header.FeatureCount) Fail("feature_count", $"It is {header.FeatureCount}; the sources have {features}.");
    }

    private static void CheckTimestamp(string field, Timestamp? time)
    {
        if (time is null) return; // not known
        if (time.Seconds is < FirstSecond or > LastSecond || time.Nanos is < 0 or > LastNano)
        {
            Fail(field, $"It is {time.Seconds} s and {time.Nanos} ns; expected {FirstSecond} to {LastSecond} s and 0 to {LastNano} ns.");
        }
    }

    private static string Short(string text) => text.Length <= ModelLimits.MaxNameLength ? text : $"{text[..16]}... ({text.Length} characters)";

    [DoesNotReturn]
    private static void Fail(string field, string problem) => throw new InvalidModelException($"The header's {field} will not do. {problem}");
}
