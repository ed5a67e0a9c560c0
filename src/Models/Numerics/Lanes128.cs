using System.Runtime.Intrinsics;

namespace Delivery.Models.Numerics;

/// <summary>Sixteen lanes in four registers, or in none where the processor has no vectors.</summary>
internal readonly struct Lanes128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    public static Lanes128 Zero => new(Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);

    public static Lanes128 Load(ref readonly float start, nuint index) => new(
        Vector128.LoadUnsafe(in start, index),
        Vector128.LoadUnsafe(in start, index + 4),
        Vector128.LoadUnsafe(in start, index + 8),
        Vector128.LoadUnsafe(in start, index + 12));

    public static Lanes128 AddProduct(Lanes128 sum, Lanes128 x, Lanes128 y) => new(
        sum._a + (x._a * y._a), sum._b + (x._b * y._b), sum._c + (x._c * y._c), sum._d + (x._d * y._d));

    public static float Sum(Lanes128 lanes) => SumFour((lanes._a + lanes._c) + (lanes._b + lanes._d));

    /// <summary>The tree from four lanes on.</summary>
    internal static float SumFour(Vector128<float> lanes) =>
        (lanes.GetElement(0) + lanes.GetElement(2)) + (lanes.GetElement(1) + lanes.GetElement(3));
}
