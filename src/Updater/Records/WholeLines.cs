namespace Delivery.Updater.Records;

/// <summary>The lines of a file that ended in a newline: what follows the last one was torn by a crash, or is being written.</summary>
internal static class WholeLines
{
    private const int BlockBytes = 64 << 10;

    /// <summary>Bytes up to and with the last newline.</summary>
    public static long Length(FileStream file) => AfterNewlineBefore(file, file.Length);

    /// <summary>From the first line to the last, without their newlines, each with the place of its first byte.</summary>
    public static IEnumerable<(byte[] Line, long Offset)> Forward(FileStream file)
    {
        var (block, line, offset) = (new byte[BlockBytes], new MemoryStream(), 0L);
        file.Seek(0, SeekOrigin.Begin);
        while (file.Read(block) is > 0 and var read)
        {
            for (var start = 0; start < read;)
            {
                var length = block.AsSpan(start, read - start).IndexOf((byte)'\n');
                line.Write(block, start, length >= 0 ? length : read - start);
                if (length < 0) break;
                yield return (line.ToArray(), offset);
                offset += line.Length + 1;
                line.SetLength(0);
                start += length + 1;
            }
        }
    }

    /// <summary>From the last line to the first; reads no more of the file than is asked for.</summary>
    public static IEnumerable<(byte[] Line, long Offset)> Backward(FileStream file)
    {
        for (var end = Length(file); end > 0;)
        {
            var start = AfterNewlineBefore(file, end - 1);
            var line = new byte[end - 1 - start];
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(line);
            yield return (line, start);
            end = start;
        }
    }

    /// <summary>Number of the line that starts at <paramref name="offset"/>, from 1.</summary>
    public static int NumberAt(FileStream file, long offset) => Forward(file).Count(line => line.Offset < offset) + 1;

    private static long AfterNewlineBefore(FileStream file, long limit)
    {
        var block = new byte[Math.Min(BlockBytes, limit)];
        for (var end = limit; end > 0;)
        {
            var length = (int)Math.Min(block.Length, end);
            file.Seek(end - length, SeekOrigin.Begin);
            file.ReadExactly(block, 0, length);
            var newline = block.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (newline >= 0) return end - length + newline + 1;
            end -= length;
        }
        return 0;
    }
}
