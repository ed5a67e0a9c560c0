using System.Buffers.Binary;

namespace Delivery.FastData.Git.Objects;

/// <summary>The ids in a pack, read from its index (version 2). Immutable.</summary>
internal sealed class PackIndex
{
    private const int FanOutBytes = 256 * sizeof(uint);
    private const int IdsStart = 8 + FanOutBytes;
    private const int IdBytes = 20;

    private readonly byte[] _content;

    private PackIndex(byte[] content, int count) => (_content, Count) = (content, count);

    /// <summary>Objects in the pack.</summary>
    public int Count { get; }

    /// <summary>Every id, in order.</summary>
    public IEnumerable<GitId> Ids
    {
        get
        {
            for (var i = 0; i < Count; i++) yield return new GitId(Convert.ToHexStringLower(Id(i)));
        }
    }

    /// <exception cref="FastDataException">This is no index of version 2.</exception>
    public static PackIndex Read(string path)
    {
        var content = File.ReadAllBytes(path);
        var count = content.Length > IdsStart && content.AsSpan(0, 8).SequenceEqual<byte>([0xff, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2])
            ? BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(IdsStart - sizeof(uint))) : uint.MaxValue;
        return content.Length >= IdsStart + (count * (long)(IdBytes + (2 * sizeof(uint)))) + (2 * IdBytes)
            ? new PackIndex(content, (int)count)
            : throw new FastDataException($"{path}: no pack index of version 2. Make it again: git index-pack {Path.ChangeExtension(path, ".pack")}");
    }

    public bool Contains(GitId id)
    {
        var sought = Convert.FromHexString(id.Hex).AsSpan();
        var (low, high) = (sought[0] == 0 ? 0 : FanOut(sought[0] - 1), FanOut(sought[0]) - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = sought.SequenceCompareTo(Id(middle));
            if (order == 0) return true;
            if (order < 0) high = middle - 1;
            else low = middle + 1;
        }
        return false;
    }

    private int FanOut(int first) => (int)BinaryPrimitives.ReadUInt32BigEndian(_content.AsSpan(8 + (first * sizeof(uint))));

    private ReadOnlySpan<byte> Id(int i) => _content.AsSpan(IdsStart + (i * IdBytes), IdBytes);
}
