using System.Runtime.InteropServices;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.TrainingStore;

namespace Delivery.Cli.Demo;

/// <summary>Damages exported models in the training store on purpose. The trainer's state stays whole, so its next export is sound again.</summary>
public static class DamagedCandidates
{
    /// <summary>Overwrites the first weight with bytes that are no number.</summary>
    public static Task BreakAsync(ITrainingStore store, ModelName name, CancellationToken cancellationToken) => ReplaceAsync(store, name, Break, cancellationToken);

    /// <summary>Changes the sign of every weight: a valid file of a model that wants the opposite.</summary>
    public static Task ReverseAsync(ITrainingStore store, ModelName name, CancellationToken cancellationToken) => ReplaceAsync(store, name, Reverse, cancellationToken);

    /// <summary>A copy with one weight that is no number.</summary>
    public static byte[] Break(ReadOnlyMemory<byte> file)
    {
        var damaged = file.ToArray();
        var weights = ModelLayout.Read(damaged).Tensor(LinearSoftmax.WeightsName);
        MemoryMarshal.Write(damaged.AsSpan(weights.Offset), float.NaN);
        return damaged;
    }

    /// <summary>A copy with every weight's sign changed.</summary>
    public static byte[] Reverse(ReadOnlyMemory<byte> file)
    {
        var copy = file.ToArray();
        var weights = ModelLayout.Read(copy).Tensor(LinearSoftmax.WeightsName);
        foreach (ref var weight in MemoryMarshal.Cast<byte, float>(copy.AsSpan(weights.Offset, weights.Count * sizeof(float))))
        {
            if (weight != 0) weight = -weight; // the padding of a row is +0 to the bit
        }
        return copy;
    }

    private static async Task ReplaceAsync(ITrainingStore store, ModelName name, Func<ReadOnlyMemory<byte>, byte[]> change, CancellationToken cancellationToken)
    {
        var state = await store.LoadStateAsync(name, cancellationToken) ?? throw new VerbException($"The training store has no state of '{name}'.");
        var model = await store.GetModelAsync(name, cancellationToken) ?? throw new VerbException($"The training store has no model '{name}'.");
        var progress = new TrainingProgress { State = state.State, Model = change(model.File) };
        if (await store.SaveAsync(name, state.Version, progress, cancellationToken) is not SaveOutcome.Saved) throw new VerbException($"Somebody else writes '{name}' into the training store of the demo.");
    }
}
