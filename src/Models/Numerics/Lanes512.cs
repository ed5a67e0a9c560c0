using System.Runtime.Intrinsics;

namespace Delivery.Models.Numerics;

/// <summary>Sixteen lanes in one register.</summary>
internal readonly struct Lanes512(Vector512<float> all) : ILanes<Lanes512>
{
    private readonly Vector512<float> _all = all;

    public static Lanes512 Zero => new(Vector512<float>.Zero);

    public static Lanes512 Load(ref readonly float start, nuint index) => new(Vector512.LoadUnsafe(in start, index));

    public static Lanes512 AddProduct(Lanes512 sum, Lanes512 a, Lanes512 b) => new(sum._all + (a._all * b._all));

    public static float Sum(Lanes512 lanes) => Lanes256.SumEight(lanes._all.GetLower() + lanes._all.GetUpper());
}
