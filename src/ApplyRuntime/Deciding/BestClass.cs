using System.Buffers;
using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Reload;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>The class that a model prefers, for callers who do not ask for the scores. Allocates nothing; any thread.</summary>
internal static class BestClass
{
    /// <summary>Scores of a model with more classes go into an array of the shared pool.</summary>
    public const int MostOnStack = 256;

    /// <summary>Scores of a model with no more classes go into a buffer of a fixed size, which takes less time than one of just the size.</summary>
    public const int Few = 16;

    /// <summary>As of <see cref="Scorer.Best"/>.</summary>
    /// <param name="model">Within a lease.</param>
    /// <param name="features">As many as the model takes.</param>
    /// <param name="notShownScore">As of <see cref="Score"/>; null: the model's own.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // compiled into the region that ends a lease it took 100 ns more
    public static int Of(LoadedModel model, ReadOnlySpan<float> features, float? notShownScore)
    {
        var classes = model.Scorer.ClassCount;
        if (classes > Few) return OfMany(model, features, notShownScore, classes);
        FewScores few = default;
        return Of(model, features, notShownScore, ((Span<float>)few)[..classes]);
    }

    /// <summary>One score a class, with that of the settings for "not shown" where the model lets them say it.</summary>
    public static void Score(LoadedModel model, ReadOnlySpan<float> features, float? notShownScore, Span<float> scores)
    {
        model.Score(features, scores);
        if (notShownScore is { } score && model.Scorer.HasNotShownThreshold) scores[^1] = score;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its buffer costs a guard and a loop that clears it
    private static int OfMany(LoadedModel model, ReadOnlySpan<float> features, float? notShownScore, int classes)
    {
        if (classes <= MostOnStack) return Of(model, features, notShownScore, stackalloc float[classes]);
        var rented = ArrayPool<float>.Shared.Rent(classes);
        try
        {
            return Of(model, features, notShownScore, rented.AsSpan(0, classes));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private static int Of(LoadedModel model, ReadOnlySpan<float> features, float? notShownScore, Span<float> scores)
    {
        Score(model, features, notShownScore, scores);
        return Scorer.Best(scores);
    }

    [InlineArray(Few)]
    private struct FewScores
    {
        private float _first;
    }
}
