namespace Delivery.ApplyRuntime.Exploring;

/// <summary>One distribution of a bundle, with the sums that a draw is compared with: those that <see cref="Bundle.Sample"/> would make. Immutable.</summary>
internal sealed class Choices
{
    private readonly double[] _probabilities;
    private readonly double[] _sums;
    private readonly int _last;

    /// <param name="probabilities">Owned from here on; at least one above 0.</param>
    public Choices(double[] probabilities)
    {
        _probabilities = probabilities;
        _sums = new double[probabilities.Length];
        var sum = 0.0;
        for (var k = 0; k < probabilities.Length; k++)
        {
            if (probabilities[k] > 0) (sum, _last) = (sum + probabilities[k], k);
            _sums[k] = sum; // a class without a chance has the sum before it, which no draw that came so far lies below
        }
    }

    /// <summary>The class that <see cref="Bundle.Sample"/> gives for these probabilities.</summary>
    /// <param name="draw">In [0, 1).</param>
    /// <param name="probability">Of that class.</param>
    public int At(double draw, out double probability)
    {
        var k = 0;
        while (k < _sums.Length && draw >= _sums[k]) k++;
        if (k == _sums.Length) k = _last;
        probability = _probabilities[k];
        return k;
    }
}
