using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Delivery.SearchProcess.Searching;

/// <summary>The products, read once. Immutable.</summary>
internal sealed class Catalogue
{
    private const string Header = "code,description,price,sales,countries,first,last";
    private readonly FrozenDictionary<string, Product> _byCode;

    private Catalogue(List<Product> products)
    {
        Products = products;
        _byCode = products.ToFrozenDictionary(product => product.Code, StringComparer.Ordinal);
        LastDay = products.Max(product => product.Last);
    }

    public IReadOnlyList<Product> Products { get; }

    /// <summary>The newest sale of all: today, as far as the catalogue knows.</summary>
    public DateOnly LastDay { get; }

    public Product? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>Reads a catalogue, plain or as <c>.gz</c>.</summary>
    /// <exception cref="InvalidDataException">A line is no product; the message names it.</exception>
    public static Catalogue Read(string file)
    {
        using var bytes = File.OpenRead(file);
        using Stream plain = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(bytes, CompressionMode.Decompress) : bytes;
        using var reader = new StreamReader(plain, Encoding.UTF8);
        if (reader.ReadLine() is var header && header != Header) throw new InvalidDataException($"{file}, line 1: '{header}'; expected '{Header}'.");
        var products = new List<Product>();
        var codes = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            var product = Parse(line) ?? throw new InvalidDataException($"{file}, line {number}: '{line}'; expected {Header}.");
            if (!codes.Add(product.Code)) throw new InvalidDataException($"{file}, line {number}: the code '{product.Code}' stands there twice.");
            products.Add(product);
        }
        return products.Count > 0 ? new Catalogue(products) : throw new InvalidDataException($"{file} has no products.");
    }

    /// <summary>Only the description may hold commas and quotes, so the fields around it are counted from both ends.</summary>
    private static Product? Parse(string line)
    {
        var fields = line.Split(',');
        if (fields.Length < 7) return null;
        var description = string.Join(',', fields[1..^5]);
        if (description is ['"', .. var quoted, '"']) description = quoted.Replace("\"\"", "\"", StringComparison.Ordinal);
        return float.TryParse(fields[^5], NumberStyles.Float, CultureInfo.InvariantCulture, out var price) && price > 0
            && int.TryParse(fields[^4], NumberStyles.None, CultureInfo.InvariantCulture, out var sales)
            && int.TryParse(fields[^3], NumberStyles.None, CultureInfo.InvariantCulture, out var countries)
            && DateOnly.TryParseExact(fields[^2], "yyyy-MM-dd", out var first) && DateOnly.TryParseExact(fields[^1], "yyyy-MM-dd", out var last)
            ? new Product(fields[0], description, price, sales, countries, first, last)
            : null;
    }
}
