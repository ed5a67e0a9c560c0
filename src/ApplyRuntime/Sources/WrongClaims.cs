using Delivery.FastData;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>Bytes that did not have the SHA-256 that was claimed for them, so that the same ones are not hashed at each request. Immutable but by replacement.</summary>
/// <remarks>
/// A claim must not be remembered as bad by itself: one broken document would lock out every good one of the same hash. So what is
/// remembered is the claim together with a fingerprint of the bytes, which is a sample, and only for a pause. Where a broken copy differs from
/// the good one outside the sample, the good one waits for the end of the pause; where it differs in length or inside, it does not wait.
/// </remarks>
internal sealed class WrongClaims
{
    private const int Most = 256;
    private const int MostDoublings = 6;
    private const int Words = 64;

    private Dictionary<Claim, Wrong> _claims = []; // never changed, only replaced

    /// <summary>Whether such bytes need no look now. Any thread; allocates nothing.</summary>
    public bool Holds(in DocumentModel document, TimeProvider time)
    {
        var claims = Volatile.Read(ref _claims);
        return claims.Count > 0 && claims.TryGetValue(ClaimOf(document.Content, document.File.Span), out var wrong) && time.GetTimestamp() < wrong.Until;
    }

    /// <summary>One thread at a time: the bytes do not have the hash.</summary>
    public void Add(ContentHash content, ReadOnlySpan<byte> file, TimeSpan pause, TimeProvider time)
    {
        var claim = ClaimOf(content, file);
        var doublings = _claims.TryGetValue(claim, out var before) ? Math.Min(before.Doublings + 1, MostDoublings) : 0;
        var next = new Dictionary<Claim, Wrong>(_claims);
        if (before is null && next.Count >= Most) next.Remove(next.MinBy(pair => pair.Value.Until).Key);
        next[claim] = new Wrong(time.GetTimestamp() + (long)(pause.TotalSeconds * (1 << doublings) * time.TimestampFrequency), doublings);
        Volatile.Write(ref _claims, next);
    }

    /// <summary>One thread at a time: such bytes have it after all.</summary>
    public void Remove(ContentHash content, ReadOnlySpan<byte> file)
    {
        if (_claims.Count == 0 || !_claims.ContainsKey(ClaimOf(content, file))) return;
        var next = new Dictionary<Claim, Wrong>(_claims);
        next.Remove(ClaimOf(content, file));
        Volatile.Write(ref _claims, next);
    }

    /// <summary>64 words of eight bytes, evenly spread, the first and the last bytes among them. The seed is of this process, so nobody can aim at a fingerprint.</summary>
    private static Claim ClaimOf(ContentHash content, ReadOnlySpan<byte> file)
    {
        var hash = new HashCode();
        if (file.Length <= Words * sizeof(ulong)) hash.AddBytes(file);
        else for (var i = 0L; i < Words; i++) hash.AddBytes(file.Slice((int)(i * (file.Length - sizeof(ulong)) / (Words - 1)), sizeof(ulong)));
        return new Claim(content, file.Length, hash.ToHashCode());
    }

    private readonly record struct Claim(ContentHash Content, int Length, int Fingerprint);

    private sealed record Wrong(long Until, int Doublings);
}
