using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;

namespace Delivery.Updater.Validation;

/// <summary>A model file that was read and can be scored. Immutable.</summary>
public sealed class LoadedModel
{
    private LoadedModel(ReadOnlyMemory<byte> file, ModelLayout layout, Scorer scorer) => (File, Layout, Scorer) = (file, layout, scorer);

    /// <summary>The whole file. Not copied: nobody changes it.</summary>
    public ReadOnlyMemory<byte> File { get; }

    public ModelLayout Layout { get; }

    public ModelHeader Header => Layout.Header;

    public Scorer Scorer { get; }

    /// <exception cref="InvalidModelException">The bytes are no model, or of a kind that this version cannot score.</exception>
    public static LoadedModel Of(ReadOnlyMemory<byte> file)
    {
        var layout = ModelLayout.Read(file.Span);
        var kind = ModelKind.Find(layout.Header.Kind)
            ?? throw new InvalidModelException($"The model '{layout.Header.Name}' is of kind '{layout.Header.Kind}', which this version cannot score.");
        return new LoadedModel(file, layout, kind.CreateScorer(layout));
    }

    /// <summary>Whether both take the same features in the same order, so that one item can be scored by either.</summary>
    public bool TakesFeaturesOf(LoadedModel other) =>
        Header.FeatureCount == other.Header.FeatureCount && Header.Sources.SequenceEqual(other.Header.Sources);

    /// <summary>Whether both came from one unbroken training: same settings, nothing dropped between.</summary>
    public bool HasSettingsOf(LoadedModel other) =>
        Header.ConfigHash == other.Header.ConfigHash && Header.ModelVersion == other.Header.ModelVersion && Header.ClassCount == other.Header.ClassCount && TakesFeaturesOf(other);

    /// <summary>Largest and mean |w| over all tensors of floats.</summary>
    public (double Largest, double Mean) WeightSize()
    {
        var (largest, sum, count) = (0.0, 0.0, 0L);
        foreach (var tensor in Layout.Tensors.Where(t => t.Type == TensorType.F32))
        {
            foreach (var weight in tensor.Floats(File.Span))
            {
                largest = Math.Max(largest, Math.Abs(weight));
                sum += Math.Abs(weight);
            }
            count += tensor.Shape.Aggregate(1L, (product, length) => product * length); // without the zeros that pad the rows
        }
        return (largest, count == 0 ? 0 : sum / count);
    }
}
