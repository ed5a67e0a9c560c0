namespace Delivery.SearchProcess.Searching;

/// <summary>A product that a query found, and how well it fits.</summary>
internal readonly record struct Hit(Product Product, float Score);

/// <summary>An inverted index over the descriptions, ranked by BM25 (k₁ = 1.2, b = 0.75). Immutable; any thread.</summary>
/// <remarks>
/// score = Σ over the query's words of idf · tf · (k₁ + 1) / (tf + k₁ · (1 − b + b · length / mean length), idf = ln(1 + (N − df + ½) / (df + ½)).
/// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
/// </remarks>
internal sealed class ProductIndex
{
    private const double K1 = 1.2, B = 0.75;

    private readonly IReadOnlyList<Product> _products;
    private readonly Dictionary<string, List<Posting>> _postings = new(StringComparer.Ordinal);
    private readonly int[] _lengths;
    private readonly double _meanLength;

    public ProductIndex(IReadOnlyList<Product> products)
    {
        _products = products;
        _lengths = new int[products.Count];
        for (var i = 0; i < products.Count; i++)
        {
            var words = Words(products[i].Description);
            _lengths[i] = words.Count;
            foreach (var word in words.CountBy(word => word))
            {
                if (!_postings.TryGetValue(word.Key, out var found)) _postings[word.Key] = found = [];
                found.Add(new Posting(i, word.Value));
            }
        }
        _meanLength = _lengths.Average();
    }

    /// <summary>Whether any product has this word, as <see cref="Words"/> gives it.</summary>
    public bool Knows(string word) => _postings.ContainsKey(word);

    /// <summary>All products with at least one of the words, best first; of equally good ones the one sold more often.</summary>
    public List<Hit> Search(string query)
    {
        var scores = new Dictionary<int, double>();
        foreach (var word in Words(query).Distinct())
        {
            if (!_postings.TryGetValue(word, out var postings)) continue;
            var idf = Math.Log(1 + ((_products.Count - postings.Count + 0.5) / (postings.Count + 0.5)));
            foreach (var (product, count) in postings)
            {
                var length = K1 * (1 - B + (B * _lengths[product] / _meanLength));
                scores[product] = scores.GetValueOrDefault(product) + (idf * count * (K1 + 1) / (count + length));
            }
        }
        return [.. scores.Select(score => new Hit(_products[score.Key], (float)score.Value))
            .OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Product.Sales).ThenBy(hit => hit.Product.Code, StringComparer.Ordinal)];
    }

    /// <summary>Runs of letters and digits, small, and without a plural's s: "Christmas CARDS" gives christma, card, on both sides alike.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && char.IsLetterOrDigit(text[i])) i++;
            if (i == start) continue;
            var word = text[start..i].ToLowerInvariant();
            words.Add(word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word);
        }
        return words;
    }

    private readonly record struct Posting(int Product, int Count);
}
