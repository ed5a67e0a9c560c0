using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Publishing;

namespace Delivery.Updater.Tests.Publishing;

public sealed class PublishOptionsTests
{
    [Fact]
    public void By_default_weights_are_published_as_they_were_trained() => new PublishOptions().For(TestModels.News).IsExact.Should().BeTrue();

    [Fact]
    public void A_model_may_have_its_own_values_and_takes_the_rest_from_all()
    {
        var options = new PublishOptions
        {
            ErrorBound = 0.01,
            Rounding = WeightRounding.Bf16,
            Models = new Dictionary<ModelName, PublishOverride>
            {
                [TestModels.News] = new() { ErrorBound = 0 },
                [TestModels.Video] = new() { ErrorBound = 0, Rounding = WeightRounding.None },
            },
        };

        options.For(ModelName.Parse("maps")).Should().Be(new WeightPrecision(0.01, WeightRounding.Bf16));
        options.For(TestModels.News).Should().Be(new WeightPrecision(0, WeightRounding.Bf16));
        options.For(TestModels.Video).IsExact.Should().BeTrue("a model can be left out");
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var options = new UpdaterOptions
        {
            Publish = new PublishOptions { ErrorBound = double.NaN, Models = new Dictionary<ModelName, PublishOverride> { [TestModels.News] = new() { ErrorBound = -1 } } },
        };

        options.Problems().Should().Equal(
            "Publish.ErrorBound is NaN; it needs 0 or more.",
            "Publish.Models[news_wizard].ErrorBound is -1; it needs 0 or more.");
    }
}
