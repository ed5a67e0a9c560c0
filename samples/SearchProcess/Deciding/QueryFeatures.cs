using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Deciding;

/// <summary>The numbers that a model sees. A model of this page has exactly <see cref="Sources"/> as its feature sources.</summary>
/// <remarks>All are about 0 to 3 in size, so that one learning rate fits all. The README says what each is.</remarks>
internal static class QueryFeatures
{
    public static IReadOnlyList<(string Name, int Count)> Sources { get; } = [("query", 3), ("hits", 3), ("price", 2), ("wizard", 4), ("constant", 1)];

    public static int Count { get; } = Sources.Sum(source => source.Count);

    /// <param name="query">As it was typed.</param>
    /// <param name="hits">All that was found, best first; at least one.</param>
    /// <param name="document">What the wizard would show; at least one.</param>
    /// <param name="index">Knows which words there are.</param>
    public static float[] Of(string query, IReadOnlyList<Hit> hits, IReadOnlyList<Hit> document, ProductIndex index)
    {
        var words = ProductIndex.Words(query);
        var median = Wizards.MedianPrice(hits);
        var top = hits.Take(SearchPage.Results).Select(hit => hit.Product.Price).ToList();
        return
        [
            words.Count / 4f,
            query.Length / 32f,
            words.Count(index.Knows) / (float)words.Count,

            MathF.Log10(hits.Count),
            hits[0].Score / 10,
            hits[Math.Min(hits.Count, SearchPage.Results) - 1].Score / hits[0].Score,

            MathF.Log10(1 + median),
            MathF.Log10(top.Max() / top.Min()),

            document.Count / 3f,
            document[0].Score / hits[0].Score,
            document[0].Product.Price / median,
            MathF.Log10(1 + document[0].Product.Sales),

            1,
        ];
    }
}
