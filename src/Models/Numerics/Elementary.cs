namespace Delivery.Models.Numerics;

/// <summary>Exp and Log with the same bits on every machine: only additions, multiplications and divisions in a fixed order.</summary>
public static class Elementary
{
    /// <summary>eˣ.</summary>
    public static double Exp(double x) => throw new NotSupportedException();

    /// <summary>ln x.</summary>
    public static double Log(double x) => throw new NotSupportedException();
}
