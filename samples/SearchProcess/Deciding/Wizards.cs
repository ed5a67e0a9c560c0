using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Deciding;

/// <summary>A vertical: it picks a few of the products found and shows them in a box of its own.</summary>
internal sealed record Wizard(string Intent, string Title, Func<IReadOnlyList<Hit>, DateOnly, IEnumerable<Hit>> Pick);

/// <summary>The verticals of this page.</summary>
internal static class Wizards
{
    private const int Items = 3;

    /// <summary>Only what fits the query about as well as the best hit may be offered, or the cheapest of all would stand everywhere.</summary>
    private const float GoodEnough = 0.6f;

    /// <summary>A product is new when it was first sold within so many days of the catalogue's last day.</summary>
    private const int NewDays = 90;

    public static IReadOnlyList<Wizard> All { get; } =
    [
        new("BARGAIN_WIZARD", "Bargains", (hits, _) => Fitting(hits).Where(hit => hit.Product.Price <= MedianPrice(hits) / 2).OrderBy(hit => hit.Product.Price)),
        new("NEW_ARRIVALS_WIZARD", "New arrivals", (hits, today) => Fitting(hits).Where(hit => hit.Product.First > today.AddDays(-NewDays)).OrderByDescending(hit => hit.Product.First)),
    ];

    /// <summary>What a wizard has to show; empty when it has nothing.</summary>
    public static List<Hit> DocumentOf(Wizard wizard, IReadOnlyList<Hit> hits, DateOnly today) => [.. wizard.Pick(hits, today).Take(Items)];

    public static float MedianPrice(IReadOnlyList<Hit> hits) => hits.Select(hit => hit.Product.Price).Order().ElementAt(hits.Count / 2);

    private static IEnumerable<Hit> Fitting(IReadOnlyList<Hit> hits) => hits.Where(hit => hit.Score >= GoodEnough * hits[0].Score);
}
