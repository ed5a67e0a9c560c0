using Delivery.Models.Wire;

namespace Delivery.FastData.Git.History;

/// <summary>A feature source of two models that has not the same size in both, or is in one only.</summary>
/// <param name="Name">The source.</param>
/// <param name="Before">Its features before; 0 when it was not there.</param>
/// <param name="After">Its features after; 0 when it is gone.</param>
public sealed record SourceChange(string Name, uint Before, uint After);

/// <summary>One feature that two models have both: its place in each, and what it is.</summary>
/// <param name="Before">Column before.</param>
/// <param name="After">Column after.</param>
/// <param name="Source">The source that it comes from.</param>
/// <param name="Index">Its place in the source, from 0.</param>
internal readonly record struct SharedFeature(int Before, int After, string Source, int Index);

/// <summary>Which features two models share. A source of another size is another source: its places mean something else.</summary>
internal sealed class FeatureMap
{
    public FeatureMap(ModelHeader before, ModelHeader after)
    {
        var (old, now) = (Ranges(before), Ranges(after));
        Changes = [.. old.Keys.Union(now.Keys)
            .Select(name => new SourceChange(name, old.GetValueOrDefault(name).Count, now.GetValueOrDefault(name).Count))
            .Where(change => change.Before != change.After)];
        Shared = [.. old.Where(source => now.TryGetValue(source.Key, out var other) && other.Count == source.Value.Count)
            .SelectMany(source => Enumerable.Range(0, (int)source.Value.Count)
                .Select(i => new SharedFeature(source.Value.Start + i, now[source.Key].Start + i, source.Key, i)))];
    }

    public IReadOnlyList<SourceChange> Changes { get; }

    public IReadOnlyList<SharedFeature> Shared { get; }

    private static Dictionary<string, (int Start, uint Count)> Ranges(ModelHeader header)
    {
        var ranges = new Dictionary<string, (int, uint)>(StringComparer.Ordinal);
        var start = 0;
        foreach (var source in header.Sources)
        {
            ranges[source.Name] = (start, source.Count);
            start += (int)source.Count;
        }
        return ranges;
    }
}
