namespace Delivery.Models.Tests.Formats;

/// <summary>One random way to spoil a file; the same seed spoils it the same way.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (var steps = 1 + random.Next(3); steps > 0 && bytes.Count > 0; steps--) Step(bytes, random);
        return [.. bytes];
    }

    private static void Step(List<byte> bytes, Random random)
    {
        // Most of a file is values, which take nearly any byte: half of the steps fall among tags and lengths.
        var at = random.Next(2) == 0 ? random.Next(bytes.Count) : random.Next(Math.Min(bytes.Count, 220));
        var count = Math.Min(1 + random.Next(8), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, count);
                break;
            case 4:
                bytes.InsertRange(at, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)));
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, count)); // a field twice
                break;
            case 6:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255); // a length off by one
                break;
            case 7:
                for (var i = 0; i < count; i++) bytes[at + i] |= 0x80; // a varint that goes on
                break;
            default:
                bytes.RemoveAt(at);
                bytes.InsertRange(at, Huge(random)); // a length of gigabytes and more
                break;
        }
    }

    private static byte[] Huge(Random random)
    {
        var length = 3 + random.Next(8);
        var varint = new byte[length];
        for (var i = 0; i < length; i++) varint[i] = (byte)(0x80 | random.Next(128));
        varint[^1] = (byte)random.Next(128);
        return varint;
    }
}
