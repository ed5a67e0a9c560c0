namespace Delivery.Models.Numerics;

/// <summary>
/// Exp and Log with the same bits on every machine: only + − · / in a fixed order, and moves of bits. The functions of
/// <see cref="Math"/> come from the C library of the system and differ in the last bit from one to the next.
/// </summary>
/// <remarks>Within 2 units in the last place of the true value. Any thread; allocates nothing.</remarks>
public static class Elementary
{
    private const double Log2E = 1.4426950408889634;

    // ln 2 in two parts: the last 32 bits of the first are zero, so that k times it is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    private const double ExpOverflow = 709.782712893384; // above ln of the largest double
    private const double ExpUnderflow = -745.1332191019412; // at or below ln of half the smallest double

    private const int MantissaBits = 52;
    private const int Bias = 1023;
    private const long MantissaMask = (1L << MantissaBits) - 1;

    /// <summary>eˣ: +∞ above 709.78, gradually 0 below −708.4, NaN for NaN.</summary>
    /// <remarks>x = k·ln 2 + r with |r| ≤ ln 2 / 2, then 2ᵏ times the Taylor series of eʳ up to r¹³ (remainder under 5e-18).</remarks>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (x > ExpOverflow) return double.PositiveInfinity;
        if (x < ExpUnderflow) return 0;

        var k = (int)((x * Log2E) + (x < 0 ? -0.5 : 0.5)); // the cast cuts towards zero: k is the nearest integer
        var high = x - (k * Ln2High);
        var low = k * Ln2Low;
        var r = high - low;

        var series = 1.0 / 6227020800;
        series = (series * r) + (1.0 / 479001600);
        series = (series * r) + (1.0 / 39916800);
        series = (series * r) + (1.0 / 3628800);
        series = (series * r) + (1.0 / 362880);
        series = (series * r) + (1.0 / 40320);
        series = (series * r) + (1.0 / 5040);
        series = (series * r) + (1.0 / 720);
        series = (series * r) + (1.0 / 120);
        series = (series * r) + (1.0 / 24);
        series = (series * r) + (1.0 / 6);
        series = (series * r) + 0.5;
        var power = 1 + (high - (low - (r * r * series))); // low is taken off late: r alone has lost its last bits

        // 2ᵏ itself may be no normal number, so the step is made in two; only the second can round.
        var first = k / 2;
        return power * PowerOfTwo(first) * PowerOfTwo(k - first);
    }

    /// <summary>ln x: −∞ for ±0, +∞ for +∞, NaN for NaN and below 0.</summary>
    /// <remarks>
    /// x = 2ᵏ·(1 + f) with 1 + f in [√½, √2), s = f / (2 + f), and ln(1 + f) = 2·atanh s = 2s + 2s³/3 + ... up to s²¹
    /// (remainder under 1e-18 of it), arranged as f − (f²/2 − s·(f²/2 + R)) so that the leading term is exact.
    /// </remarks>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        var k = 0;
        if (!double.IsNormal(x)) (x, k) = (x * PowerOfTwo(MantissaBits + 2), -(MantissaBits + 2));
        var bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> MantissaBits) - Bias;
        var mantissa = BitConverter.Int64BitsToDouble((bits & MantissaMask) | ((long)Bias << MantissaBits)); // in [1, 2)
        if (mantissa >= 1.4142135623730951) (mantissa, k) = (mantissa * 0.5, k + 1);

        var f = mantissa - 1;
        var s = f / (2 + f);
        var z = s * s;
        var series = 2.0 / 21;
        series = (series * z) + (2.0 / 19);
        series = (series * z) + (2.0 / 17);
        series = (series * z) + (2.0 / 15);
        series = (series * z) + (2.0 / 13);
        series = (series * z) + (2.0 / 11);
        series = (series * z) + (2.0 / 9);
        series = (series * z) + (2.0 / 7);
        series = (series * z) + (2.0 / 5);
        series = (series * z) + (2.0 / 3);
        var rest = series * z;
        var halfSquare = 0.5 * f * f;
        return (k * Ln2High) - (halfSquare - ((s * (halfSquare + rest)) + (k * Ln2Low)) - f);
    }

    /// <summary>2ᵏ for −1022 ≤ k ≤ 1023.</summary>
    private static double PowerOfTwo(int k) => BitConverter.Int64BitsToDouble((long)(k + Bias) << MantissaBits);
}
