using System.Diagnostics.CodeAnalysis;
using System.Text;
using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>What the fields of a header must say, whatever the bytes they came from.</summary>
internal static class HeaderRules
{
    // 0001-01-01 to 9999-12-31, the range that protobuf gives to a Timestamp.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;
    private const int LastNano = 999_999_999;

    /// <param name="header">The fields.</param>
    /// <param name="wire">Its bytes, which were walked by a copy of this reader.</param>
    /// <exception cref="InvalidModelException">A field is out of its range; the message names it, its value and the range.</exception>
    public static void Check(HeaderFields header, WireReader wire)
    {
        if (NameProblem(header.Name) is { } problem) Fail("name", problem);
        if (!ModelLimits.IsKind(header.Kind)) Fail("kind", $"It is '{Short(header.Kind)}'; expected 1 to {ModelLimits.MaxKindLength} characters of a-z 0-9 _.");
        if (header.ClassCount is < ModelLimits.MinClasses or > ModelLimits.MaxClasses)
        {
            Fail("class_count", $"It is {header.ClassCount}; expected {ModelLimits.MinClasses} to {ModelLimits.MaxClasses}.");
        }
        if (header.FeatureCount is < 1 or > ModelLimits.MaxFeatures)
        {
            Fail("feature_count", $"It is {header.FeatureCount}; expected 1 to {ModelLimits.MaxFeatures}.");
        }
        CheckSources(header, wire);
        CheckTimestamp("created", header.Created);
        CheckTimestamp("trained_until", header.TrainedUntil);
    }

    /// <summary>What is wrong with the name of a model; null for nothing.</summary>
    private static string? NameProblem(ReadOnlySpan<byte> name)
    {
        if (name.Length > ModelName.MaxLength) return ModelName.Problem(Encoding.UTF8.GetString(name));
        Span<char> characters = stackalloc char[ModelName.MaxLength];
        return ModelName.Problem(characters[..Encoding.UTF8.GetChars(name, characters)]);
    }

    private static void CheckSources(HeaderFields header, WireReader wire)
    {
        if (header.SourceCount is < 1 or > ModelLimits.MaxSources) Fail("sources", $"There are {header.SourceCount}; expected 1 to {ModelLimits.MaxSources}.");
        Span<Range> names = stackalloc Range[header.SourceCount];
        var all = wire.Rest;
        var seen = 0;
        ulong features = 0;
        while (wire.Next())
        {
            if (wire.Field != ModelHeader.SourcesFieldNumber)
            {
                wire.Skip();
                continue;
            }
            var name = HeaderReader.ReadSource(wire.ReadMessage("sources", "a source"), out var count);
            if (!ModelLimits.IsName(name)) Fail("sources", $"One is called '{Short(name)}'; expected 1 to {ModelLimits.MaxNameLength} characters of A-Z a-z 0-9 _.");
            foreach (var other in names[..seen])
            {
                if (all[other].SequenceEqual(name)) Fail("sources", $"Two are called '{Short(name)}'.");
            }
            if (count == 0) Fail("sources", $"'{Short(name)}' has a count of 0; expected at least 1.");
            all.Overlaps(name, out var at);
            names[seen++] = at..(at + name.Length);
            features += count;
        }
        if (features != header.FeatureCount) Fail("feature_count", $"It is {header.FeatureCount}; the sources have {features}.");
    }

    private static void CheckTimestamp(string field, (long Seconds, int Nanos)? time)
    {
        if (time is not var (seconds, nanos)) return; // not known
        if (seconds is < FirstSecond or > LastSecond || nanos is < 0 or > LastNano)
        {
            Fail(field, $"It is {seconds} s and {nanos} ns; expected {FirstSecond} to {LastSecond} s and 0 to {LastNano} ns.");
        }
    }

    private static string Short(ReadOnlySpan<byte> text)
    {
        var all = Encoding.UTF8.GetString(text);
        return all.Length <= ModelLimits.MaxNameLength ? all : $"{all[..16]}... ({all.Length} characters)";
    }

    [DoesNotReturn]
    private static void Fail(string field, string problem) => throw new InvalidModelException($"The header's {field} will not do. {problem}");
}
