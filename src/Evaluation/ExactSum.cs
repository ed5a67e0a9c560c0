using System.Numerics;

namespace Delivery.Evaluation;

/// <summary>
/// A sum of doubles without rounding: a fixed-point number wide enough for every double, rounded once when it is read. The
/// order of additions does not matter, and taking a number out again leaves no trace, so a sum that slides over a window equals
/// the sum of the window's entries bit for bit.
/// </summary>
/// <remarks>About 550 bytes. Not safe for use by several threads at once.</remarks>
public sealed class ExactSum
{
    private const int LimbBits = 32;
    private const int Limbs = 68; // 2,098 bits reach from 2^-1074 to 2^1023; the rest takes carries
    private const int LowestExponent = -1074;
    private const int AdditionsBeforeCarry = 1 << 29; // each adds less than 2^33 to a limb of 63 bits

    private readonly long[] _limbs = new long[Limbs];
    private int _additions;
    private long _notFinite;

    /// <summary>Adds one number. A NaN or an infinity makes <see cref="Value"/> NaN until it is subtracted again.</summary>
    public void Add(double value) => Accumulate(value, 1);

    /// <summary>Takes out a number that was added.</summary>
    public void Subtract(double value) => Accumulate(value, -1);

    /// <summary>Makes the sum 0.</summary>
    public void Clear()
    {
        Array.Clear(_limbs);
        (_additions, _notFinite) = (0, 0);
    }

    /// <summary>The sum rounded to the nearest double, ties to even; 0 for no numbers, infinite beyond the range of doubles.</summary>
    public double Value
    {
        get
        {
            if (_notFinite != 0) return double.NaN;
            Span<long> limbs = stackalloc long[Limbs];
            _limbs.CopyTo(limbs);
            Carry(limbs);
            if (limbs[^1] >= 0) return Round(limbs);
            for (var i = 0; i < Limbs; i++) limbs[i] = -_limbs[i];
            Carry(limbs);
            return -Round(limbs);
        }
    }

    private void Accumulate(double value, int sign)
    {
        if (!double.IsFinite(value))
        {
            _notFinite += sign;
            return;
        }
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xF_FFFF_FFFF_FFFF;
        if (exponent == 0) exponent = 1; // subnormal
        else mantissa |= 1L << 52;
        if (bits < 0) sign = -sign;

        var (limb, shift) = Math.DivRem(exponent - 1, LimbBits);
        var low = (mantissa & uint.MaxValue) << shift;
        var high = (mantissa >> LimbBits) << shift;
        _limbs[limb] += sign * (low & uint.MaxValue);
        _limbs[limb + 1] += sign * ((long)((ulong)low >> LimbBits) + (high & uint.MaxValue));
        _limbs[limb + 2] += sign * (high >> LimbBits);
        if (++_additions == AdditionsBeforeCarry)
        {
            Carry(_limbs);
            _additions = 0;
        }
    }

    /// <summary>Brings every limb but the last into [0, 2^32); the last takes the sign.</summary>
    private static void Carry(Span<long> limbs)
    {
        for (var i = 0; i < limbs.Length - 1; i++)
        {
            limbs[i + 1] += limbs[i] >> LimbBits;
            limbs[i] &= uint.MaxValue;
        }
    }

    private static double Round(ReadOnlySpan<long> limbs)
    {
        var top = limbs.LastIndexOfAnyExcept(0L);
        if (top < 0) return 0;
        var leading = new UInt128((ulong)limbs[top], ((ulong)At(limbs, top - 1) << LimbBits) | (ulong)At(limbs, top - 2));
        var surplus = LimbBits - BitOperations.LeadingZeroCount((uint)limbs[top]); // bits beyond the first 64
        var first64 = (ulong)(leading >> surplus);
        var rest = (leading & ((UInt128.One << surplus) - 1)) != 0 || (top > 2 && limbs[..(top - 2)].ContainsAnyExcept(0L));
        var mantissa = first64 >> 11;
        var cut = first64 & 0x7FF;
        if (cut > 0x400 || (cut == 0x400 && (rest || (mantissa & 1) == 1))) mantissa++;
        return Math.ScaleB((double)mantissa, 11 + surplus + LimbBits * (top - 2) + LowestExponent);
    }

    private static long At(ReadOnlySpan<long> limbs, int index) => index < 0 ? 0 : limbs[index];
}
