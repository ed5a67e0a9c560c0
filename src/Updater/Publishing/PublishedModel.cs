using System.Runtime.InteropServices;
using Delivery.Models.Formats;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Publishing;

/// <summary>A trained model with the weights that are to be published of it. Every other byte is the trainer's, the header included.</summary>
public sealed class PublishedModel
{
    private PublishedModel(LoadedModel model, bool weightsStay, PublicationReport? report) => (Model, WeightsStay, Report) = (model, weightsStay, report);

    /// <summary>What is tested and delivered.</summary>
    public LoadedModel Model { get; }

    /// <summary>Every weight has the bits that are delivered. Never true of a model that is published as it was trained.</summary>
    public bool WeightsStay { get; }

    /// <summary>What it costs; null when the model is published as it was trained.</summary>
    public PublicationReport? Report { get; }

    /// <summary>The same input gives the same bytes.</summary>
    /// <param name="trained">What the trainer exported. Not changed.</param>
    /// <param name="delivered">What is delivered; null for a new model. Bits are kept only where all tensors have the same names and shapes.</param>
    /// <param name="precision">How closely to follow.</param>
    public static PublishedModel Of(LoadedModel trained, LoadedModel? delivered, WeightPrecision precision)
    {
        if (precision.IsExact) return new PublishedModel(trained, false, null);
        var before = delivered is not null && HasShapesOf(trained, delivered) ? delivered : null;
        var file = trained.File.ToArray();
        var errors = new ErrorSum();
        foreach (var tensor in trained.Layout.Tensors.Where(tensor => tensor.Type == TensorType.F32))
        {
            var weights = MemoryMarshal.Cast<byte, float>(file.AsSpan(tensor.Offset, tensor.Count * sizeof(float)));
            var old = before is null ? default : before.Layout.Tensor(tensor.Name).Floats(before.File.Span);
            var columns = tensor.Shape[^1];
            for (var row = 0; row < weights.Length; row += tensor.RowStride) // what pads a row is 0 and stays it
            {
                Publish(weights.Slice(row, columns), before is null ? default : old.Slice(row, columns), precision, ref errors);
            }
        }
        var note = before is not null ? null : delivered is null ? "nothing was delivered before, so no weight keeps its bits" : "what was delivered has other tensors, so no weight keeps its bits";
        return new PublishedModel(LoadedModel.Of(file), before is not null && errors.Kept == errors.Count, errors.Report(precision, note));
    }

    private static void Publish(Span<float> weights, ReadOnlySpan<float> old, WeightPrecision precision, ref ErrorSum errors)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var trained = weights[i];
            weights[i] = old.IsEmpty ? precision.Round(trained) : precision.Publish(trained, old[i]);
            errors.Add(weights[i] - (double)trained, !old.IsEmpty && BitConverter.SingleToUInt32Bits(weights[i]) == BitConverter.SingleToUInt32Bits(old[i]));
        }
    }

    private static bool HasShapesOf(LoadedModel trained, LoadedModel delivered)
    {
        var (now, before) = (trained.Layout.Tensors, delivered.Layout.Tensors);
        return now.Count == before.Count && now.All(tensor => before.Any(other =>
            other.Name == tensor.Name && other.Type == tensor.Type && other.RowStride == tensor.RowStride && other.Shape.SequenceEqual(tensor.Shape)));
    }

    private struct ErrorSum
    {
        private double _largest;
        private double _squares;

        public long Kept { get; private set; }
        public long Count { get; private set; }

        public void Add(double error, bool kept)
        {
            _largest = Math.Max(_largest, Math.Abs(error));
            _squares += error * error;
            Count++;
            if (kept) Kept++;
        }

        public readonly PublicationReport Report(WeightPrecision precision, string? note) => new()
        {
            ErrorBound = precision.ErrorBound,
            Rounding = precision.Rounding == WeightRounding.Bf16 ? "bf16" : "none",
            Note = note,
            KeptWeights = Count == 0 ? 0 : (double)Kept / Count,
            MaxError = _largest,
            RmsError = Count == 0 ? 0 : Math.Sqrt(_squares / Count),
        };
    }
}
