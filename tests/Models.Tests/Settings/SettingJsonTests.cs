using System.Text.Json;
using Delivery.Models.Settings;

namespace Delivery.Models.Tests.Settings;

public sealed class SettingJsonTests
{
    [Theory]
    [InlineData("20.", 20)]
    [InlineData(" 20. ", 20)]
    [InlineData("-0.", 0)]
    [InlineData("2.e1", 20)]
    [InlineData("20.5", 20.5)]
    [InlineData("20", 20)]
    public void A_number_may_end_in_its_point(string text, double expected)
    {
        using var document = SettingJson.Parse(text);
        document.RootElement.GetDouble().Should().Be(expected);
    }

    [Fact]
    public void Every_such_number_is_read_and_texts_stay_as_they_are()
    {
        using var document = SettingJson.Parse("""{"a":1.,"b":[2.,3.],"1.":"4. \" 5.","c":{"d":6.}}""");
        document.RootElement.GetRawText().Should().Be("""{"a":1.0,"b":[2.0,3.0],"1.":"4. \" 5.","c":{"d":6.0}}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData(".5")]
    [InlineData("1.2.")]
    [InlineData("{\"a\":\"")]
    [InlineData("{\"a\":\"\\")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":[1,{\"\\udc00\":2}]}")]
    public void What_is_no_JSON_stays_no_JSON(string text) =>
        FluentActions.Invoking(() => SettingJson.Parse(text)).Should().Throw<JsonException>();

    [Fact]
    public void Half_a_character_is_no_JSON() => // an attribute cannot hold one
        FluentActions.Invoking(() => SettingJson.Parse("{\"a\":\"\ud800\"}")).Should().Throw<JsonException>();
}
