namespace Delivery.Models.Tests;

public sealed class ModelNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("News_2")]
    [InlineData("CON1")]
    [InlineData("COM")]
    public void A_name_keeps_its_text(string text) => ModelName.Parse(text).Value.Should().Be(text);

    [Fact]
    public void A_name_has_at_most_128_characters()
    {
        ModelName.TryParse(new string('x', 128), out _, out _).Should().BeTrue();
        ModelName.TryParse(new string('x', 129), out _, out var problem).Should().BeFalse();
        problem.Should().Be("The model name 'xxxxxxxxxxxxxxxx...' has 129 characters; at most 128 are allowed.");
    }

    [Theory]
    [InlineData(null, "A model name is empty.")]
    [InlineData("", "A model name is empty.")]
    [InlineData("a-b", "The model name 'a-b' has a character other than A-Z a-z 0-9 _.")]
    [InlineData("a\nb", "The model name 'a\\u000ab' has a character other than A-Z a-z 0-9 _.")]
    [InlineData("é", "The model name 'é' has a character other than A-Z a-z 0-9 _.")]
    [InlineData("nul", "The model name 'nul' is a device name of Windows, where no file can be called so.")]
    [InlineData("Com7", "The model name 'Com7' is a device name of Windows, where no file can be called so.")]
    public void Any_other_text_is_refused_with_its_reason(string? text, string reason)
    {
        ModelName.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().Be(reason);
        var parse = () => ModelName.Parse(text!);
        parse.Should().Throw<FormatException>().WithMessage(reason);
    }

    [Fact]
    public void Names_sort_by_their_characters() =>
        new[] { "b", "a_", "B", "a" }.Select(ModelName.Parse).Order().Select(n => n.Value).Should().Equal("B", "a", "a_", "b");

    [Fact]
    public void A_default_name_names_nothing()
    {
        var value = () => default(ModelName).Value;

        value.Should().Throw<InvalidOperationException>();
        default(ModelName).ToString().Should().BeEmpty();
    }
}
