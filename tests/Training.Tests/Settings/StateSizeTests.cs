using Delivery.Training.Settings;
using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Settings;

public sealed class StateSizeTests
{
    [Theory]
    [InlineData(601, 11, 30, 125_008)]
    [InlineData(3301, 11, 300, 4_251_688)]
    public void Weights_and_batch_take_what_arithmetic_says(int features, int classes, int batch, long expected)
    {
        var size = StateSize.Of(Of(features, classes, batch, window: 300, remembered: 600));
        (size.Weights + size.BatchFeatures).Should().Be(expected);
    }

    [Theory]
    [InlineData(601, 11, 30, 300, 600)]
    [InlineData(3301, 11, 300, 2_000, 4_000)]
    public void A_full_state_is_within_a_few_percent_below_the_estimate(int features, int classes, int batch, int window, int remembered)
    {
        var settings = Of(features, classes, batch, window, remembered);
        var trainer = new LinearSoftmaxTrainer(settings);
        var item = Sample.Item("first", 0, new Random(1), settings);
        item.Production = 0;
        for (var i = 0; i < remembered || trainer.BatchFill < batch - 1; i++)
        {
            item.RequestId = $"request {i}";
            item.Shown = (uint)(i % classes);
            trainer.Learn(item).Should().Be(ItemFate.Learned);
        }
        trainer.HasBest.Should().BeTrue();
        double estimate = StateSize.Of(settings).Total;
        ((double)trainer.SaveState().Length).Should().BeInRange(0.93 * estimate, estimate);
    }

    private static TrainModel Of(int features, int classes, int batch, int window, int remembered) => Sample.Settings with
    {
        Sources = [new("query", features - 1), new("constant", 1)],
        ClassNumber = classes,
        BatchSize = batch,
        EvaluateWindowSize = window,
        RememberedRequests = remembered,
        HoldoutShare = 0,
    };
}
