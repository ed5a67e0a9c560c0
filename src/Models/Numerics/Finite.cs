using System.Numerics;
using System.Runtime.InteropServices;

namespace Delivery.Models.Numerics;

/// <summary>Finds NaN and infinity.</summary>
public static class Finite
{
    private const uint Exponent = 0x7F80_0000; // all ones in NaN and infinity and in no other

    /// <summary>Index of the first value that is NaN or infinite; −1 when all are finite.</summary>
    /// <remarks>Vectorised; allocates nothing; <paramref name="values"/> need not be aligned.</remarks>
    public static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var mask = new Vector<uint>(Exponent);
        var i = 0;
        for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            if (Vector.EqualsAny(new Vector<uint>(bits[i..]) & mask, mask)) break;
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & Exponent) == Exponent) return i;
        }
        return -1;
    }
}
