using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Tests.Searching;

public sealed class ProductIndexTests
{
    private static readonly ProductIndex Index = new([Product("1", "RED HEART", 5), Product("2", "RED HEART HEART LIGHT HOLDER", 9), Product("3", "BLUE BAGS", 1), Product("4", "BLUE BAG", 7)]);

    [Fact]
    public void Scores_are_those_of_the_formula()
    {
        // "light": N = 4, df = 1, tf = 1; document 2 has 5 words of 11 in 4 documents.
        var idf = Math.Log(1 + ((4 - 1 + 0.5) / (1 + 0.5)));
        var expected = idf * 2.2 / (1 + (1.2 * (1 - 0.75 + (0.75 * 5 / (11 / 4.0)))));

        var hit = Index.Search("light").Should().ContainSingle().Subject;

        hit.Product.Code.Should().Be("2");
        hit.Score.Should().BeApproximately((float)expected, 1e-6f);
    }

    [Theory]
    [InlineData("Hearts!", "1 2")] // plural and case aside; the word counts twice in 2, but 2 is long
    [InlineData("bag", "4 3")] // equally good: the one that sells comes first
    [InlineData("red red bag", "4 1 3 2")] // a word said twice counts once
    [InlineData("nothing of this", "")]
    [InlineData("  ", "")]
    [InlineData("<script>", "")]
    public void Queries_find_what_has_their_words(string query, string expected) =>
        string.Join(' ', Index.Search(query).Select(hit => hit.Product.Code)).Should().Be(expected);

    [Theory]
    [InlineData("Christmas CARDS, 3-d glass!", "christma card 3 d glass")]
    [InlineData("", "")]
    [InlineData("его Звёзды", "его звёзды")]
    public void Words_are_runs_of_letters_and_digits(string text, string expected) => string.Join(' ', ProductIndex.Words(text)).Should().Be(expected);

    [Fact]
    public void The_shipped_catalogue_answers_what_a_customer_types() =>
        Shipped.Index.Search("white hanging heart").First().Product.Description.Should().Be("WHITE HANGING HEART T-LIGHT HOLDER");

    private static Product Product(string code, string description, int sales) => new(code, description, 1, sales, 1, new DateOnly(2011, 1, 1), new DateOnly(2011, 1, 2));
}
