using System.Text;

namespace Delivery.Training.Trainers;

/// <summary>A fixed hash of a request id: which requests are held out, and which were seen, must not change with the program.</summary>
internal static class RequestHash
{
    private const ulong Offset = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    /// <summary>FNV-1a, 64 bits, over the UTF-8 bytes, then the finaliser of MurmurHash3, which spreads the high bits that FNV leaves alike.</summary>
    public static ulong Of(string requestId)
    {
        var hash = Offset;
        foreach (var unit in Encoding.UTF8.GetBytes(requestId)) hash = (hash ^ unit) * Prime;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }

    /// <summary>The hash as a number in [0, 1).</summary>
    public static double Fraction(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));
}
