using Delivery.ApplyRuntime.Deciding;

namespace Delivery.ApplyRuntime.Exploring;

/// <summary>A way to randomise: it gives every class a probability, given the class that would be shown otherwise.</summary>
/// <remarks>
/// P(k) = (1 − u) / Σ w · w(k) + u / C, where w are the weights of the bundle and u is the share of the uniform distribution, which
/// keeps every class possible. Sums are taken in the order of the classes, so the bits are the same everywhere. Where there is
/// no pivot, or one that is no class, every bundle is uniform. Immutable but for the distributions that it keeps; any thread.
/// </remarks>
public abstract class Bundle
{
    /// <summary>The distributions of so many classes are kept once they are made: some hundred bytes for each pivot that occurs.</summary>
    internal const int MostClassesKept = 64;

    private readonly double _uniformShare;
    private readonly Choices?[]?[] _kept = new Choices[MostClassesKept + 1][]; // by classes, then by pivot, that of no pivot first

    private protected Bundle(double uniformShare) => _uniformShare = uniformShare;

    /// <summary>Every bundle by name, as settings spell it.</summary>
    public static IReadOnlyList<string> Names { get; } = [PositionalRandom.BundleName, LocalRandom.BundleName, LocalRandom.HardBundleName];

    /// <summary>As settings spell it and decisions log it.</summary>
    public abstract string Name { get; }

    /// <summary>Makes a bundle.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="radius">Classes on each side of the pivot that a local bundle reaches; at least 1.</param>
    /// <param name="uniformShare">Share of the uniform distribution: 0 to 1.</param>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public static Bundle Create(string name, int radius, double uniformShare)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        if (!(uniformShare is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(uniformShare), uniformShare, "A share lies between 0 and 1.");
        return name switch
        {
            PositionalRandom.BundleName => new PositionalRandom(),
            LocalRandom.BundleName => new LocalRandom(radius, uniformShare, hard: false),
            LocalRandom.HardBundleName => new LocalRandom(radius, uniformShare, hard: true),
            _ => throw new ArgumentException($"There is no bundle '{name}'; expected one of {string.Join(", ", Names)}.", nameof(name)),
        };
    }

    /// <summary>The whole distribution.</summary>
    /// <param name="pivot">The class that would be shown otherwise; <see cref="Decision.NoClass"/> for none.</param>
    /// <param name="distribution">Receives the probability of each class, the last being "not shown". They add up to 1, but for rounding.</param>
    /// <exception cref="ArgumentException">There is no class.</exception>
    public void Fill(int pivot, Span<double> distribution)
    {
        if (distribution.IsEmpty) throw new ArgumentException("There is no class to choose.", nameof(distribution));
        var uniform = 1.0 / distribution.Length;
        if ((uint)pivot >= (uint)distribution.Length || !Weigh(pivot, distribution))
        {
            distribution.Fill(uniform);
            return;
        }
        var sum = 0.0;
        foreach (var weight in distribution) sum += weight;
        var scale = (1 - _uniformShare) / sum;
        var share = _uniformShare * uniform;
        for (var k = 0; k < distribution.Length; k++) distribution[k] = (scale * distribution[k]) + share;
    }

    /// <summary>The class at <paramref name="draw"/>: the first at which the sum of the probabilities lies above it.</summary>
    /// <param name="distribution">At least one probability above 0.</param>
    /// <param name="draw">In [0, 1).</param>
    public static int Sample(ReadOnlySpan<double> distribution, double draw)
    {
        var sum = 0.0;
        var last = 0;
        for (var k = 0; k < distribution.Length; k++)
        {
            if (distribution[k] <= 0) continue;
            sum += distribution[k];
            last = k;
            if (draw < sum) return k;
        }
        return last; // rounding left the sum a little under 1
    }

    /// <summary>The whole distribution, kept for the next time. Allocates once for each of its arguments; two threads may make the same one.</summary>
    /// <param name="pivot">As of <see cref="Fill"/>.</param>
    /// <param name="classes">1 to <see cref="MostClassesKept"/>.</param>
    internal Choices For(int pivot, int classes)
    {
        var place = (uint)pivot < (uint)classes ? pivot + 1 : 0;
        return Volatile.Read(ref _kept[classes]) is { } byPivot && Volatile.Read(ref byPivot[place]) is { } choices ? choices : Make(place, classes);
    }

    private Choices Make(int place, int classes)
    {
        var byPivot = LazyInitializer.EnsureInitialized(ref _kept[classes], () => new Choices?[classes + 1]);
        var distribution = new double[classes];
        Fill(place - 1, distribution);
        var choices = new Choices(distribution);
        Volatile.Write(ref byPivot[place], choices);
        return choices;
    }

    /// <summary>Writes the weights around a pivot that is a class; false when all are equal.</summary>
    private protected abstract bool Weigh(int pivot, Span<double> weights);
}
