namespace Delivery.Models.Numerics;

/// <summary>Sixteen sums side by side, held in registers of one width. Every implementation gives the same bits.</summary>
internal interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Sixteen times +0.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Sixteen values from <paramref name="start"/> + <paramref name="index"/> on; the caller has checked that they are there.</summary>
    static abstract TSelf Load(ref readonly float start, nuint index);

    /// <summary>sum + a·b by lane, rounded after the product and again after the sum.</summary>
    static abstract TSelf AddProduct(TSelf sum, TSelf a, TSelf b);

    /// <summary>All lanes in one: j and j + 8, then j and j + 4, then j and j + 2, then the last two.</summary>
    static abstract float Sum(TSelf lanes);
}
