using System.Runtime.InteropServices;
using Delivery.TestKit;
using Delivery.Updater.Publishing;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Publishing;

public sealed class PublishedModelTests
{
    private const int Classes = 5;
    private const int Features = 21; // rows of 21 weights and 11 zeros

    [Theory]
    [InlineData(0.02, WeightRounding.None, 1)]
    [InlineData(0.02, WeightRounding.Bf16, 2)]
    [InlineData(0.0001, WeightRounding.Bf16, 3)]
    [InlineData(0, WeightRounding.Bf16, 4)]
    public void Over_200_cycles_no_published_weight_is_further_from_the_trained_one_than_promised(double bound, WeightRounding rounding, int seed)
    {
        var random = new Random(seed);
        var precision = new WeightPrecision(bound, rounding);
        var weights = new float[Classes * Features];
        for (var i = 0; i < weights.Length; i++) weights[i] = (random.NextSingle() * 4) - 2;
        PublishedModel? delivered = null;
        var kept = 0.0;
        for (var cycle = 0; cycle < 200; cycle++)
        {
            // A drift to one side is what would add up.
            for (var i = 0; i < weights.Length; i++) weights[i] += random.NextSingle() * 0.002f;
            var trained = Model(weights, 1000 + (ulong)cycle);

            var published = PublishedModel.Of(trained, delivered?.Model, precision);

            var (was, now) = (Weights(trained), Weights(published.Model));
            var largest = 0.0;
            for (var i = 0; i < was.Length; i++)
            {
                var error = Math.Abs((double)now[i] - was[i]);
                error.Should().BeLessThanOrEqualTo(Math.Max(bound, Math.Abs((double)precision.Round(was[i]) - was[i])), "seed {0}, cycle {1}, weight {2}", seed, cycle, i);
                largest = Math.Max(largest, error);
            }
            published.Report!.MaxError.Should().Be(largest);
            kept += published.Report.KeptWeights;
            delivered = published;
        }
        if (bound == 0.02) kept.Should().BeGreaterThan(150, "a weight that drifts by 0.001 a cycle is out of a bound of 0.02 every 20 cycles");
    }

    [Theory]
    [InlineData(0.05, WeightRounding.None)]
    [InlineData(0.05, WeightRounding.Bf16)]
    [InlineData(0, WeightRounding.Bf16)]
    public void The_same_input_gives_the_same_bytes_and_every_byte_but_the_weights_is_the_trainers(double bound, WeightRounding rounding)
    {
        var (trained, delivered) = (Model(Random(2), 2000), Model(Random(1), 1000));
        var before = trained.File.ToArray();

        var first = PublishedModel.Of(trained, delivered, new WeightPrecision(bound, rounding));
        var second = PublishedModel.Of(Model(Random(2), 2000), Model(Random(1), 1000), new WeightPrecision(bound, rounding));

        var file = first.Model.File;
        file.ToArray().Should().Equal(second.Model.File.ToArray());
        file.ToArray().Should().NotEqual(before);
        trained.File.ToArray().Should().Equal(before, "what was pulled is not changed");
        var tensor = trained.Layout.Tensors.Single();
        var (start, end) = (tensor.Offset, tensor.Offset + (tensor.Count * sizeof(float)));
        file[..start].ToArray().Should().Equal(before[..start]);
        file[end..].ToArray().Should().Equal(before[end..]);
        // A file that the writer makes of these weights is the same one: padding and all.
        var published = Weights(first.Model);
        file.ToArray().Should().Equal(TestModels.Linear("news_wizard", published, Classes, Features, 2000));
    }

    [Fact]
    public void Without_bound_and_rounding_it_is_the_trained_file_itself()
    {
        var trained = Model(Random(2), 2000);

        var published = PublishedModel.Of(trained, Model(Random(1), 1000), default);

        published.Model.Should().BeSameAs(trained);
        (published.Report, published.WeightsStay).Should().Be((null, false));
    }

    [Fact]
    public void The_report_counts_kept_weights_and_measures_the_error()
    {
        var old = new float[Classes * Features];
        var weights = new float[Classes * Features];
        (weights[0], weights[30], weights[104]) = (0.5f, 0.25f, -0.125f);

        var published = PublishedModel.Of(Model(weights, 2000), Model(old, 1000), new WeightPrecision(0.25, WeightRounding.None));

        published.WeightsStay.Should().BeFalse();
        published.Report.Should().Be(new PublicationReport
        {
            ErrorBound = 0.25, Rounding = "none", KeptWeights = 104 / 105.0, MaxError = 0.25, RmsError = Math.Sqrt(((0.25 * 0.25) + (0.125 * 0.125)) / 105),
        });
        Weights(published.Model)[0].Should().Be(0.5f);
        Weights(published.Model).Skip(1).Should().AllBeEquivalentTo(0f);
        PublishedModel.Of(Model(weights, 2000), Model(old, 1000), new WeightPrecision(0.5, WeightRounding.None)).WeightsStay.Should().BeTrue();
    }

    [Theory]
    [InlineData(Classes + 1, Features)]
    [InlineData(Classes, Features - 1)] // the same stride
    [InlineData(Classes, Features + 16)]
    public void Where_the_shape_changed_no_weight_is_kept_and_the_report_says_so(int classes, int features)
    {
        var trained = Model(Random(2), 2000);
        var delivered = LoadedModel.Of(TestModels.Linear("news_wizard", new float[classes * features], classes, features));

        var bounded = PublishedModel.Of(trained, delivered, new WeightPrecision(100, WeightRounding.None));
        var rounded = PublishedModel.Of(trained, delivered, new WeightPrecision(100, WeightRounding.Bf16));

        bounded.Model.File.ToArray().Should().Equal(trained.File.ToArray());
        bounded.Report.Should().BeEquivalentTo(new { Note = "what was delivered has other tensors, so no weight keeps its bits", KeptWeights = 0.0, MaxError = 0.0 });
        (bounded.WeightsStay, rounded.WeightsStay).Should().Be((false, false));
        Weights(rounded.Model).Should().OnlyContain(weight => (BitConverter.SingleToUInt32Bits(weight) & 0xFFFF) == 0);
    }

    private static float[] Random(int seed)
    {
        var random = new Random(seed);
        var weights = new float[Classes * Features];
        for (var i = 0; i < weights.Length; i++) weights[i] = (random.NextSingle() * 0.2f) - 0.1f;
        return weights;
    }

    private static LoadedModel Model(float[] weights, ulong requests) => LoadedModel.Of(TestModels.Linear("news_wizard", weights, Classes, Features, requests));

    private static float[] Weights(LoadedModel model)
    {
        var tensor = model.Layout.Tensors.Single();
        var all = MemoryMarshal.Cast<byte, float>(model.File.Span.Slice(tensor.Offset, tensor.Count * sizeof(float)));
        var weights = new List<float>();
        for (var row = 0; row < all.Length; row += tensor.RowStride) weights.AddRange(all.Slice(row, Features));
        return [.. weights];
    }
}
