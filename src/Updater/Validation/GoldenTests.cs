using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.Models;
using Delivery.Models.Kinds;

namespace Delivery.Updater.Validation;

/// <summary>
/// Known answers that a model must never lose, kept by people in <c>NAME.json</c>:
/// <c>[{"features": [1, 0.5], "class": 3}, ...]</c>. A model without such a file has none.
/// </summary>
public static class GoldenTests
{
    /// <summary>The first wrong answer as a reason to reject the candidate; null when all are right.</summary>
    /// <exception cref="GoldenFileException">The file cannot be used; that is not the candidate's fault.</exception>
    public static string? Check(ModelName name, LoadedModel candidate, string? folder)
    {
        if (folder is null) return null;
        var path = Path.Combine(folder, $"{name}.json");
        if (!File.Exists(path)) return null;
        var goldens = Read(path);
        var scores = new float[candidate.Scorer.ClassCount];
        for (var i = 0; i < goldens.Count; i++)
        {
            var (features, expected) = (goldens[i].Features, goldens[i].Class);
            if (features.Length != candidate.Scorer.FeatureCount) throw new GoldenFileException($"{path}: entry {i} has {features.Length} features; the candidate takes {candidate.Scorer.FeatureCount}. Change the file together with the features.");
            if (expected < 0 || expected >= scores.Length) throw new GoldenFileException($"{path}: entry {i} expects class {expected}; the candidate has classes 0 to {scores.Length - 1}.");
            candidate.Scorer.Score(candidate.File.Span, features, scores);
            var answer = Scorer.Best(scores);
            if (answer != expected) return $"golden: entry {i} of {Path.GetFileName(path)} expects class {expected}; the candidate answers {(answer < 0 ? "with a score that is no number" : answer)}";
        }
        return null;
    }

    private static List<Golden> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), GoldenJson.Default.ListGolden) ?? throw new GoldenFileException($"{path}: holds null; expected a list.");
        }
        catch (JsonException e)
        {
            throw new GoldenFileException($"{path}:{e.LineNumber + 1}: {OneLine.Of(e.Message)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GoldenFileException($"{path}: cannot be read: {OneLine.Of(e.Message)}", e);
        }
    }
}

/// <summary>A golden file that cannot be used; the message names file, line or entry, and what was expected.</summary>
public sealed class GoldenFileException : Exception
{
    public GoldenFileException() { }
    public GoldenFileException(string message) : base(message) { }
    public GoldenFileException(string message, Exception innerException) : base(message, innerException) { }
}

internal sealed record Golden
{
    public required float[] Features { get; init; }

    public required int Class { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(List<Golden>))]
internal sealed partial class GoldenJson : JsonSerializerContext;
