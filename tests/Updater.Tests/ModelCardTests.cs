using System.Text.Json;
using Delivery.Evaluation;
using Delivery.FastData;
using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests;

public sealed class ModelCardTests
{
    private static readonly CardSource Source = new("sqlite", 17, new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_card_reads_as_text_in_git()
    {
        var json = Card(items: 500).ToJson();

        json.Should().EndWith("}\n").And.NotContain("\r");
        json.Should().Contain("\n  \"request_count\": 1000,\n").And.Contain("\n  \"config_hash\": \"0000000000c0ffee\",\n");
        using var document = JsonDocument.Parse(json);
        document.RootElement.EnumerateObject().Select(p => p.Name).Should().Equal(
            "name", "kind", "model_version", "request_count", "batch_count", "class_count", "feature_count", "trained_until", "config_hash", "sha256", "size_bytes", "source", "gate");
        document.RootElement.GetProperty("gate").GetProperty("reason").GetString().Should().Be("first delivery");
        document.RootElement.GetProperty("source").GetProperty("version").GetInt64().Should().Be(17);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(0)] // numbers that do not exist
    public void A_card_comes_back_as_it_was_written(int items) => ModelCard.Parse(Card(items).ToJson()).Should().Be(Card(items));

    [Fact]
    public void What_is_no_card_is_refused()
    {
        var parse = () => ModelCard.Parse("""{"name":"x"}""");

        parse.Should().Throw<JsonException>();
    }

    private static ModelCard Card(int items)
    {
        var model = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good));
        var (_, gate) = HoldoutGate.Decide(model, null, HoldoutReplay.Of(TestModels.Items(TestModels.News, items), model, null), new HarmTestOptions());
        return ModelCard.Of(TestModels.News, model, ContentHash.Parse(new string('a', 64)), Source, gate);
    }
}
