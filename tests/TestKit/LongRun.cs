namespace Delivery.TestKit;

/// <summary>Whether the tests that have a long form take it: <c>./test.sh --soak</c> asks for it.</summary>
public static class LongRun
{
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("DELIVERY_SOAK") == "1";
}
