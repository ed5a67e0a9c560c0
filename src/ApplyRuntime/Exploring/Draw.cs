using System.Runtime.CompilerServices;
using Delivery.Models.Numerics;

namespace Delivery.ApplyRuntime.Exploring;

/// <summary>The chance of one decision: a fixed hash, so that it can be drawn again from a log.</summary>
/// <remarks>
/// The hash is MurmurHash3_x86_32 over four parts, each seeded with the hash of the part before and the first with 0: the UTF-8 bytes
/// of the model's name, of the user, of the query, and the eight bytes of the salt period's number, lowest first. So one user
/// who asks the same again in the same period sees the same page, and models draw apart from each other.
/// </remarks>
/// <param name="Hash">32 bits, logged with the decision.</param>
public readonly record struct Draw(uint Hash)
{
    private const double Unit = 1.0 / (1L << 32);
    private const uint SecondSeed = 0x9E3779B9; // any fixed number but 0: the golden ratio

    /// <summary>In [0, 1): the decision is randomised when this is below the explore probability.</summary>
    public double Explore => Hash * Unit;

    /// <summary>In [0, 1): where in the distribution of a bundle the class lies. The hash of the hash's four bytes.</summary>
    public double Choose => Murmur3.Hash(Hash, SecondSeed) * Unit;

    /// <summary>The draw of a model for a user and a query in one salt period.</summary>
    public static Draw Of(ReadOnlySpan<char> model, ReadOnlySpan<char> user, ReadOnlySpan<char> query, long saltBucket) =>
        Of(OfModel(model), user, query, saltBucket);

    /// <summary>The same, with the part of the model hashed beforehand.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // one call then has all hashes in it
    internal static Draw Of(uint model, ReadOnlySpan<char> user, ReadOnlySpan<char> query, long saltBucket) =>
        new(Murmur3.Hash(saltBucket, Murmur3.Hash(query, Murmur3.Hash(user, model))));

    /// <summary>The part of the model.</summary>
    internal static uint OfModel(ReadOnlySpan<char> model) => Murmur3.Hash(model, 0);

    /// <summary>Number of the salt period that a time lies in, counted from 1970-01-01 00:00 UTC.</summary>
    /// <param name="time">Of the server's clock.</param>
    /// <param name="saltMinutes">Length of a period; at least 1.</param>
    public static long SaltBucket(DateTimeOffset time, int saltMinutes)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        if (ticks >= 0) return (uint)(ticks / TimeSpan.TicksPerMinute) / (uint)saltMinutes; // minutes up to the year 9999 fit, and 32 bits are divided in half the time
        return ((ticks + 1) / (saltMinutes * TimeSpan.TicksPerMinute)) - 1; // towards the past
    }
}
