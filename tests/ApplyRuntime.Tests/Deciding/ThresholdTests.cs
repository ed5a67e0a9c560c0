using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;

namespace Delivery.ApplyRuntime.Tests.Deciding;

/// <summary>Models of the win/loss kinds, from the folder to the page.</summary>
public sealed class ThresholdTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(LinearWinLossBin.KindName, 1f, null, 1)] // likelier than 0.5
    [InlineData(LinearWinLossBin.KindName, -1f, null, IBlender.NotShown)]
    [InlineData(LinearWinLossBin.KindName, 1f, 0.8, IBlender.NotShown)] // a gain with 0.73
    [InlineData(LinearWinLossBin.KindName, -1f, 0.2, 0)] // a gain with 0.29 at class 0
    [InlineData("linear_upper_bin", 1f, 0.8, IBlender.NotShown)] // by its older name
    [InlineData(LinearWinLossMc.KindName, 1f, 0.8, 1)] // has no threshold
    [InlineData(LinearWinLossMc.KindName, -1f, null, IBlender.NotShown)]
    [InlineData("linear_upper_mc", 1f, null, 1)]
    [InlineData(LinearSoftmax.KindName, 1f, 0.8, 1)]
    public void A_threshold_of_the_settings_stands_in_for_that_of_the_model(string kind, float feature, double? threshold, int position)
    {
        _scene.Builder.With("news", File(kind), kind).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Of([Examples.Plain() with { NotShownThreshold = threshold }]) });
        var page = new ListBlender();

        var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = [feature] }, page);

        (outcome.Source, outcome.ClassCount).Should().Be((DecisionSource.Model, 3));
        page.Told.Should().Equal(("NEWS", position, 1));
    }

    /// <summary>Three classes, one feature: the higher it is, the better are class 1 and, a little less, class 0; "not shown" scores 0.</summary>
    private static byte[] File(string kind)
    {
        var rows = ModelKind.Canonical(kind) == LinearWinLossBin.KindName ? 2 : 3;
        var header = new ModelHeader
        {
            Name = ModelName.Parse("news").Value,
            Kind = kind,
            Sources = { new FeatureSource { Name = "constant", Count = 1 } },
            ClassCount = 3,
            FeatureCount = 1,
            Intent = "NEWS",
        };
        return ModelFileWriter.Write(header, new FloatTensor("weights", [rows, 1], new float[] { 0.9f, 1, 0 }.AsMemory(0, rows)));
    }
}
