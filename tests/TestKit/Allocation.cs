namespace Delivery.TestKit;

/// <summary>What a piece of code allocates on the thread that runs it.</summary>
public static class Allocation
{
    private const int MostRounds = 5;

    /// <summary>
    /// The fewest bytes of several runs; one is enough when it allocates nothing. What code allocates by itself it allocates each time. What the
    /// framework does on its thread meanwhile comes only now and then, such as a new array for the shared pool, which a collection emptied.
    /// </summary>
    /// <param name="code">It has run before, since the first call of a method may allocate.</param>
    public static long Least(Action code)
    {
        var least = long.MaxValue;
        for (var round = 0; round < MostRounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            code();
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
