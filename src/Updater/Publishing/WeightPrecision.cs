namespace Delivery.Updater.Publishing;

/// <summary>How a weight is rounded before it is published.</summary>
public enum WeightRounding
{
    None,

    /// <summary>To the nearest bfloat16, a float whose low 16 bits are 0; ties go to the even one. It stays a 32-bit float in the file.</summary>
    Bf16,
}

/// <summary>How closely published weights follow the trained ones.</summary>
/// <param name="ErrorBound">A weight that is off by no more than this keeps the delivered bits; 0: none does.</param>
/// <param name="Rounding">What the others are rounded to.</param>
/// <remarks>
/// A model trained on for half an hour moves nearly every weight by a little, and such a file does not delta in git. One in which most
/// weights keep their bits does, by a factor of 10 to 30. Errors never add up: each weight is measured against the trained
/// one of its own cycle, so |published − trained| is at most the larger of the bound and the rounding error, always.
/// </remarks>
public readonly record struct WeightPrecision(double ErrorBound, WeightRounding Rounding)
{
    /// <summary>The trained bits are published as they are.</summary>
    public bool IsExact => ErrorBound == 0 && Rounding == WeightRounding.None;

    /// <summary>What is published of one weight.</summary>
    /// <param name="trained">NaN and infinity come back as they are.</param>
    /// <param name="delivered">What was published of it last.</param>
    public float Publish(float trained, float delivered) =>
        ErrorBound > 0 && Math.Abs((double)trained - delivered) <= ErrorBound ? delivered : Round(trained);

    /// <summary>What is published of one weight of which nothing was delivered.</summary>
    public float Round(float trained) => Rounding == WeightRounding.Bf16 ? ToBf16(trained) : trained;

    /// <summary>The nearest bfloat16, ties to even. NaN and infinity stay; a finite number stays finite, so the very largest are cut off instead.</summary>
    private static float ToBf16(float value)
    {
        const uint exponent = 0x7F80_0000, high = 0xFFFF_0000;
        var bits = BitConverter.SingleToUInt32Bits(value);
        if ((bits & exponent) == exponent) return value;
        var rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & high;
        return BitConverter.UInt32BitsToSingle((rounded & exponent) == exponent ? bits & high : rounded);
    }
}
