using Delivery.SearchProcess.Deciding;
using Delivery.SearchProcess.Searching;
using Delivery.SearchProcess.Tests.Searching;

namespace Delivery.SearchProcess.Tests.Deciding;

public sealed class WizardsTests
{
    private static readonly DateOnly Today = new(2011, 9, 30);
    private static readonly Wizard Bargains = Wizards.All[0], NewArrivals = Wizards.All[1];

    [Fact]
    public void Bargains_fit_the_query_and_cost_half_of_the_middle_price_or_less_cheapest_first()
    {
        Hit[] hits = [Hit("1", 10, 4), Hit("2", 9, 2), Hit("3", 8, 4), Hit("4", 7, 1), Hit("5", 1, 0.1f), Hit("6", 1, 4)];

        Codes(Bargains, hits).Should().Equal("4", "2");
    }

    [Fact]
    public void New_arrivals_fit_the_query_and_were_first_sold_within_90_days_newest_first()
    {
        Hit[] hits = [Hit("1", 10, 1, Today.AddDays(-90)), Hit("2", 9, 1, Today.AddDays(-89)), Hit("3", 8, 1, Today), Hit("4", 1, 1, Today)];

        Codes(NewArrivals, hits).Should().Equal("3", "2");
    }

    [Fact]
    public void At_most_three_are_shown() =>
        Codes(NewArrivals, [.. Enumerable.Range(0, 9).Select(i => Hit($"{i}", 10, 1, Today))]).Should().HaveCount(3);

    [Fact]
    public void A_vector_has_the_numbers_of_its_sources_and_they_are_finite()
    {
        foreach (var query in new[] { "heart", "red bag with white spots and unheard-of words", "x 3", new string('a', 200) + " bag" })
        {
            var hits = Shipped.Index.Search(query);
            var features = QueryFeatures.Of(query, hits, hits.Take(1).ToList(), Shipped.Index);

            features.Should().HaveCount(QueryFeatures.Count).And.OnlyContain(value => float.IsFinite(value));
            features[^1].Should().Be(1);
        }
    }

    private static IEnumerable<string> Codes(Wizard wizard, Hit[] hits) => Wizards.DocumentOf(wizard, hits, Today).Select(hit => hit.Product.Code);

    private static Hit Hit(string code, float score, float price, DateOnly? first = null) => new(new Product(code, "A", price, 1, 1, first ?? new DateOnly(2011, 1, 1), Today), score);
}
