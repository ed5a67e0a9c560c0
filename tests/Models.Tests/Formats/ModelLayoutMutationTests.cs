using Delivery.Models.Formats;
using Delivery.Models.Kinds;

namespace Delivery.Models.Tests.Formats;

/// <summary>Spoiled files give a valid model or a clean refusal, and nothing outside the file has a say in which.</summary>
public sealed class ModelLayoutMutationTests
{
    private const int Guard = 64;

    private static readonly byte[][] Files =
    [
        SampleModels.Linear(1, 2, 2), SampleModels.Linear(2, 3, 20), SampleModels.Linear(3, 11, 33), SampleModels.Mixed(4),
        ModelFileWriter.Write(SampleModels.Header(2, 5), SampleModels.Weights(5, 2, 5), new FloatTensor("more", [2, 2, 3], new float[12])),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_spoiled_file_is_a_model_or_is_refused(int seed)
    {
        const int cases = 25_000; // four seeds make 100,000
        var (random, valid) = (new Random(seed), 0);
        for (var i = 0; i < cases; i++)
        {
            var file = Mutation.Of(Files[i % Files.Length], random);
            var (outcome, other) = ("", "");
            try
            {
                (outcome, other) = (Outcome(file, 0x00), Outcome(file, 0xFF));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i} of seed {seed} was neither read nor refused: {Convert.ToHexString(file)}", e);
            }
            if (other != outcome) throw new InvalidOperationException($"Case {i} of seed {seed} depends on what lies outside the file: {outcome} {other}");
            if (outcome.StartsWith("scores", StringComparison.Ordinal)) valid++;
        }
        valid.Should().BeInRange(cases / 100, cases * 9 / 10, "both ends are to be met, seed {0}", seed);
    }

    /// <summary>Reads and scores the file in the middle of a larger buffer. Lets every exception but the one allowed through.</summary>
    private static string Outcome(byte[] file, byte guard)
    {
        var buffer = new byte[file.Length + (2 * Guard)];
        buffer.AsSpan().Fill(guard);
        file.CopyTo(buffer, Guard);
        var span = buffer.AsSpan(Guard, file.Length);
        var refusal = "none";
        try
        {
            _ = ModelOutline.Read(span).Tensors;
        }
        catch (InvalidModelException e)
        {
            refusal = e.Message;
        }
        var wholeRefusal = "none";
        try
        {
            _ = ModelLayout.Read(span);
        }
        catch (InvalidModelException e)
        {
            wholeRefusal = e.Message;
        }
        if (refusal != wholeRefusal) throw new InvalidOperationException($"The outline says '{refusal}', the layout '{wholeRefusal}'.");
        try
        {
            var layout = ModelLayout.Read(span);
            return ModelKind.Find(layout.Header.Kind) is { } kind ? $"scores {Scores(kind.CreateScorer(layout), span)}" : $"kind {layout.Header.Kind}";
        }
        catch (InvalidModelException e)
        {
            return e.Message;
        }
    }

    private static string Scores(Scorer scorer, ReadOnlySpan<byte> file)
    {
        var scores = new float[scorer.ClassCount];
        var features = new float[scorer.FeatureCount];
        for (var i = 0; i < features.Length; i++) features[i] = 1f / (i + 1);
        scorer.Score(file, features, scores);
        return string.Join(' ', scores.Select(BitConverter.SingleToInt32Bits));
    }
}
