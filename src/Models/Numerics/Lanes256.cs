using System.Runtime.Intrinsics;

namespace Delivery.Models.Numerics;

/// <summary>Sixteen lanes in two registers.</summary>
internal readonly struct Lanes256(Vector256<float> low, Vector256<float> high) : ILanes<Lanes256>
{
    private readonly Vector256<float> _low = low;
    private readonly Vector256<float> _high = high;

    public static Lanes256 Zero => new(Vector256<float>.Zero, Vector256<float>.Zero);

    public static Lanes256 Load(ref readonly float start, nuint index) =>
        new(Vector256.LoadUnsafe(in start, index), Vector256.LoadUnsafe(in start, index + 8));

    public static Lanes256 AddProduct(Lanes256 sum, Lanes256 a, Lanes256 b) =>
        new(sum._low + (a._low * b._low), sum._high + (a._high * b._high));

    public static float Sum(Lanes256 lanes) => SumEight(lanes._low + lanes._high);

    /// <summary>The tree from eight lanes on.</summary>
    internal static float SumEight(Vector256<float> lanes) => Lanes128.SumFour(lanes.GetLower() + lanes.GetUpper());
}
