using Delivery.ApplyRuntime.Exploring;
using Delivery.Models.Numerics;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>How much an application explores, and how. Immutable: derive variants with <c>with</c>.</summary>
public sealed record RandomizeParams
{
    /// <summary>The bundle that draws the class: one of <see cref="Bundle.Names"/>.</summary>
    public required string RandomizeBundle { get; init; }

    /// <summary>While the model has processed fewer requests than this, every decision is randomised. Default 0; at least 0.</summary>
    public int FullRandomReqCount { get; init; }

    /// <summary>A of the explore probability. Default 0, with which <see cref="MinRandomProb"/> alone counts; at least 0.</summary>
    public double RandomProbA { get; init; }

    /// <summary>B of the explore probability. Default 1.</summary>
    public double RandomProbB { get; init; } = 1;

    /// <summary>f of the explore probability. Required when <see cref="RandomProbA"/> is above 0.</summary>
    public RandomProbFunc? RandomProbFunc { get; init; }

    /// <summary>The explore probability never falls below this. Default 0; 0 to 1.</summary>
    public double MinRandomProb { get; init; }

    /// <summary>While the model has processed fewer requests than this, <see cref="FixedPos"/> stands in for its class. Default 0; at least 0.</summary>
    public int FixedPosReqCount { get; init; }

    /// <summary>The class in that time. Required when <see cref="FixedPosReqCount"/> is above 0; a position, from 0.</summary>
    public int? FixedPos { get; init; }

    /// <summary>Length of a salt period: inside one, the same user and query draw the same. In minutes, default 30; 1 to 525,600.</summary>
    public int RandomSaltMinutes { get; init; } = 30;

    /// <summary>Share of the uniform distribution that is mixed into a local bundle, so that every class stays possible. Default 0.05; 0 to 1.</summary>
    public double UniformShare { get; init; } = 0.05;

    /// <summary>Classes on each side of the pivot that a local bundle reaches. Default 2; at least 1.</summary>
    public int LocalRadius { get; init; } = 2;

    /// <summary>
    /// Probability that a decision is randomised: 1 below <see cref="FullRandomReqCount"/>, else A / (1 + B · f(n)), no less than
    /// <see cref="MinRandomProb"/> and no more than 1. Where the denominator is not above 0 it is 1.
    /// </summary>
    /// <param name="requestCount">n, of the model; 0 when there is none.</param>
    /// <remarks>The same bits on every machine; allocates nothing.</remarks>
    public double ExploreProbability(ulong requestCount) =>
        requestCount < (ulong)FullRandomReqCount ? 1 : Math.Clamp(Formula(requestCount), MinRandomProb, 1);

    /// <summary>A / (1 + B · f(n)) itself.</summary>
    internal double Formula(double n)
    {
        if (RandomProbA == 0) return 0;
        var denominator = 1 + (RandomProbB == 0 ? 0 : RandomProbB * Function(n)); // 0 times the logarithm of 0 would be no number
        return denominator > 0 ? RandomProbA / denominator : 1;
    }

    private double Function(double n) => RandomProbFunc switch
    {
        Settings.RandomProbFunc.Sqrt => Math.Sqrt(n), // rounded correctly everywhere, as IEEE 754 asks
        Settings.RandomProbFunc.Log => Elementary.Log(n),
        Settings.RandomProbFunc.Log1p => Elementary.Log(1 + n), // exact up to 2^53
        _ => n,
    };
}
