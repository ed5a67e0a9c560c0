using System.Text;

namespace Delivery.FastData.Git.Tests;

public sealed class TrainedContentTests
{
    private const string Hash = "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4";

    [Fact]
    public void A_card_names_the_content_that_was_trained() =>
        TrainedContent.Of(Encoding.UTF8.GetBytes($$"""{ "sha256": "x", "trained_sha256": "{{Hash}}" }""")).Should().Be(ContentHash.Parse(Hash));

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("{ \"trained_sha256\": null }")]
    [InlineData("{ \"trained_sha256\": 5 }")]
    [InlineData("{ \"trained_sha256\": \"03ac\" }")]
    public void Any_other_card_names_none(string card) => TrainedContent.Of(Encoding.UTF8.GetBytes(card)).Should().BeNull();
}
