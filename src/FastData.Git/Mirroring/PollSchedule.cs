using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// When a host polls: at the same offset within each interval, which follows from its name and folder, so that many hosts spread
/// evenly and one host stays where it is over restarts. While the remote is away pauses double and are jittered. One thread at a time.
/// </summary>
internal sealed class PollSchedule(TimeSpan interval, TimeSpan maxBackoff, string host, string folder)
{
    private readonly Random _jitter = new((int)Hash(host, folder));

    /// <summary>Where in each interval this host polls; from zero to below the interval.</summary>
    public TimeSpan Offset { get; } = TimeSpan.FromTicks((long)(Hash(host, folder) % (ulong)interval.Ticks));

    /// <summary>How long to wait for the next poll.</summary>
    /// <param name="now">The end of the last one.</param>
    /// <param name="failures">How many in a row could not reach the remote.</param>
    public TimeSpan Wait(DateTimeOffset now, int failures)
    {
        if (failures > 0)
        {
            var pause = TimeSpan.FromTicks((long)Math.Min(interval.Ticks * Math.Pow(2, failures - 1), maxBackoff.Ticks));
            return pause * (0.5 + (0.5 * _jitter.NextDouble()));
        }
        var since = (now.UtcTicks - Offset.Ticks) % interval.Ticks;
        return TimeSpan.FromTicks(interval.Ticks - since);
    }

    private static ulong Hash(string host, string folder) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{host}\n{folder}")));
}
