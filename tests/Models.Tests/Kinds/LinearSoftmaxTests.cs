using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Tests.Formats;
using Delivery.Models.Wire;
using Google.Protobuf;

namespace Delivery.Models.Tests.Kinds;

public sealed class LinearSoftmaxTests
{
    [Fact]
    public void A_score_is_the_product_of_a_row_and_the_features()
    {
        var file = ModelFileWriter.Write(SampleModels.Header(2, 3), new FloatTensor("weights", [2, 3], new float[] { 1, 2, 3, -1, 0.5f, 0 }));
        var scorer = Scorer(file);
        var scores = new float[2];

        scorer.Score(file, [10, 20, 30], scores);

        (scorer.ClassCount, scorer.FeatureCount).Should().Be((2, 3));
        scores.Should().Equal(140, 0);
    }

    [Fact]
    public void Scores_are_the_same_wherever_the_file_lies_in_memory()
    {
        var file = SampleModels.Linear(3, 11, 601);
        var features = Enumerable.Range(0, 601).Select(i => MathF.Sqrt(i)).ToArray();
        var expected = new float[11];
        Scorer(file).Score(file, features, expected);
        for (var shift = 1; shift < 64; shift++)
        {
            var buffer = new byte[file.Length + shift];
            file.CopyTo(buffer, shift);
            var scores = new float[11];
            Scorer(file).Score(buffer.AsSpan(shift), features, scores);
            scores.Should().Equal(expected, "shifted by {0} bytes", shift);
        }
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(6, 2)]
    [InlineData(5, 1)]
    [InlineData(5, 3)]
    public void Lengths_that_are_not_those_of_the_model_are_refused(int features, int classes)
    {
        var file = SampleModels.Linear(4, 2, 5);
        var scorer = Scorer(file);
        var score = () => scorer.Score(file, new float[features], new float[classes]);

        score.Should().Throw<ArgumentException>()
            .WithMessage($"{features} features and room for {classes} scores were given; the model has 5 features and 2 classes.");
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        var file = SampleModels.Linear(5, 11, 601);
        var (scorer, features, scores) = (Scorer(file), new float[601], new float[11]);
        scorer.Score(file, features, scores);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++) scorer.Score(file, features, scores);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void Tensors_of_another_kind_are_refused()
    {
        Refused(m => m.Tensors[0].Name = "other", "The model 'news_wizard' of kind 'linear_softmax' has no tensor 'weights'.");
        Refused(m => m.Header.ClassCount = 3, "The tensor 'weights' of 'news_wizard' is F32 of shape [2, 5]; expected F32 of [3, 5].");
        Refused(m => m.Tensors[0].Shape.Add(1), "* is F32 of shape [2, 5, 1]; expected F32 of [2, 5].", m =>
        {
            m.Tensors[0].F32.Clear();
            m.Tensors[0].F32.Add(new float[160]);
        });
        Refused(m => m.Tensors[0].U32.Add(new uint[32]), "* is U32 of shape [2, 5]; expected F32 of [2, 5].", m => m.Tensors[0].F32.Clear());
    }

    private static void Refused(Action<Model> change, string message, Action<Model>? also = null)
    {
        var model = SampleModels.Message(6, 2, 5);
        change(model);
        also?.Invoke(model);
        var create = () => Scorer(model.ToByteArray());
        create.Should().Throw<InvalidModelException>().WithMessage(message);
    }

    private static Scorer Scorer(byte[] file) => ModelKind.Find(LinearSoftmax.KindName)!.CreateScorer(ModelLayout.Read(file));
}
