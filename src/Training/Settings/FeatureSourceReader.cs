using System.Text.Json;
using Delivery.Models.Settings;

namespace Delivery.Training.Settings;

/// <summary>Reads <c>FeatureSources</c>, <c>FeatureCount</c> and <c>FeatureSizes</c>, which together say what a feature vector is made of.</summary>
internal static class FeatureSourceReader
{
    /// <summary>The sources with their sizes; a list that passes when a mistake was reported.</summary>
    public static IReadOnlyList<FeatureSize> Read(SettingFields fields, List<SettingProblem> problems)
    {
        var before = problems.Count;
        var names = fields.Texts("FeatureSources", required: true);
        var sizes = ReadSizes(fields);
        var total = fields.Whole(nameof(TrainModel.FeatureCount), fields.Take(nameof(TrainModel.FeatureCount)), required: sizes is null);
        if (names is null || problems.Count > before) return [new(FeatureSize.Constant, 1)];
        var sources = sizes is null ? FromTotal(fields, names, total!.Value) : FromSizes(fields, names, sizes, total);
        return sources ?? [new(FeatureSize.Constant, 1)];
    }

    private static IReadOnlyList<FeatureSize>? FromTotal(SettingFields fields, IReadOnlyList<string> names, int total)
    {
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count || names.Count == 0) return [.. names.Select(name => new FeatureSize(name, 1))]; // reported as such
        var sources = FeatureSize.Derive(names, total);
        if (sources is null)
        {
            var others = names.Count(name => name != FeatureSize.Constant);
            fields.Wrong(nameof(TrainModel.FeatureCount), $"{total}", others == names.Count
                ? $"a multiple of the {others} sources, or FeatureSizes with the size of each"
                : $"1 for '{FeatureSize.Constant}' plus a multiple of the {others} other sources, or FeatureSizes with the size of each");
        }
        return sources;
    }

    private static FeatureSize[]? FromSizes(SettingFields fields, IReadOnlyList<string> names, Dictionary<string, int> sizes, int? total)
    {
        sizes.TryAdd(FeatureSize.Constant, 1);
        var good = true;
        foreach (var name in names.Where(name => !sizes.ContainsKey(name)))
        {
            fields.Wrong("FeatureSizes", "without a size of '" + name + "'", "a size of every source");
            good = false;
        }
        foreach (var (name, size) in sizes.Where(pair => pair.Key != FeatureSize.Constant && !names.Contains(pair.Key)))
        {
            fields.Wrong("FeatureSizes", $"{name}: {size}", "sizes of the sources in FeatureSources only");
            good = false;
        }
        if (!good) return null;
        FeatureSize[] sources = [.. names.Select(name => new FeatureSize(name, sizes[name]))];
        var sum = sources.Sum(source => (long)source.Count);
        if (total is { } given && given != sum) fields.Wrong(nameof(TrainModel.FeatureCount), $"{given}", $"{sum}, the sum of FeatureSizes, or nothing");
        return sources;
    }

    private static Dictionary<string, int>? ReadSizes(SettingFields fields)
    {
        if (fields.Take("FeatureSizes") is not { } json) return null;
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        if (json.ValueKind != JsonValueKind.Object)
        {
            fields.Wrong("FeatureSizes", json.GetRawText(), "an object {\"source\": size}");
            return sizes;
        }
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var size)) sizes[property.Name] = size;
            else fields.Wrong("FeatureSizes", $"{property.Name}: {property.Value.GetRawText()}", "a whole number of at least 1");
        }
        return sizes;
    }
}
