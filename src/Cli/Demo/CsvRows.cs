using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using CsvHelper;

namespace Delivery.Cli.Demo;

/// <summary>
/// Reads a comma-separated file with a header, packed with gzip, row by row. Whatever is wrong in it ends in an
/// <see cref="InvalidDataException"/> that names the file, the line of the unpacked file, the column, the value and what was expected.
/// </summary>
public sealed class CsvRows : IDisposable
{
    private readonly string _path;
    private readonly IReadOnlyList<string> _columns;
    private readonly CsvReader _reader;

    /// <summary>Opens the file and checks its header.</summary>
    /// <param name="path">A gzip file of UTF-8 text.</param>
    /// <param name="columns">Every column, in order; the header must say the same.</param>
    /// <exception cref="InvalidDataException">The file is no whole gzip file, or its header differs.</exception>
    public CsvRows(string path, IReadOnlyList<string> columns)
    {
        (_path, _columns) = (path, columns);
        _reader = Open(path);
        try
        {
            if (!Read()) throw new InvalidDataException($"{path}: the file is empty; expected a header.");
            for (var i = 0; i < columns.Count; i++)
            {
                if (Text(i) != columns[i]) throw new InvalidDataException($"{path}:1: column {i + 1} is '{Text(i)}'; expected '{columns[i]}'.");
            }
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
    }

    /// <summary>Where the current row starts, from 1; the header is line 1. 0 before the first row.</summary>
    public long Line { get; private set; }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Read()
    {
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{_path}:{Line + 1}: cannot be read as comma-separated text: {e.Message}", e);
        }
        Line = _reader.LineNumber;
        return _reader.FieldCount == _columns.Count ? true
            : throw new InvalidDataException($"{_path}:{Line}: the row has {_reader.FieldCount} fields; expected {_columns.Count}.");
    }

    /// <summary>The field as it stands in the file.</summary>
    /// <param name="column">Its column, from 0.</param>
    public string Text(int column) => _reader.GetString(column);

    /// <summary>A whole number within the bounds, both included.</summary>
    public int Integer(int column, int least, int most) =>
        int.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Wrong(column, $"a whole number from {least} to {most}");

    public bool Flag(int column) => Integer(column, 0, 1) == 1;

    /// <summary>A probability over 0 and up to 1.</summary>
    public double Probability(int column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 1
            ? value
            : throw Wrong(column, "a probability over 0 and up to 1");

    /// <summary>A time written in the given format, as UTC.</summary>
    public DateTimeOffset Time(int column, string format) =>
        DateTimeOffset.TryParseExact(Text(column), format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? value
            : throw Wrong(column, $"a time like {format}");

    /// <summary>Lower-case hexadecimal digits, exactly this many.</summary>
    public string Hexadecimal(int column, int digits) =>
        Text(column) is var text && text.Length == digits && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw Wrong(column, $"{digits} lower-case hexadecimal digits");

    /// <summary>What to throw when the value of the current row will not do.</summary>
    public InvalidDataException Wrong(int column, string expected) =>
        new($"{_path}:{Line}: '{_columns[column]}' is '{Text(column)}'; expected {expected}.");

    public void Dispose() => _reader.Dispose();

    private static CsvReader Open(string path) => CsvReader.Create(
        Unpack(path),
        new CsvReaderOptions
        {
            Separator = ',',
            HasHeader = false, // the header is read as a row, so that it is checked like one
            SkipEmptyLines = false,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Throw,
        });

    private static byte[] Unpack(string path)
    {
        var packed = File.ReadAllBytes(path);
        using var unpacked = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            gzip.CopyTo(unpacked);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: the file is damaged or not packed with gzip; expected a whole gzip file.", e);
        }
        // A file that was cut unpacks without complaint as far as it goes; gzip ends with the length of what was packed.
        return packed.Length > sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan()[^sizeof(uint)..]) == (uint)unpacked.Length
            ? unpacked.ToArray()
            : throw new InvalidDataException($"{path}: the file was cut short after {packed.Length} bytes; expected a whole gzip file.");
    }
}
