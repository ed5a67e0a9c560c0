using System.IO.Compression;
using System.Text;

namespace Delivery.Cli.Tests.Demo;

/// <summary>Small gzip files for tests of readers.</summary>
internal static class PackedFile
{
    public static string Write(string path, params string[] lines)
    {
        File.WriteAllBytes(path, Pack(string.Concat(lines.Select(line => line + "\n"))));
        return path;
    }

    public static byte[] Pack(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
