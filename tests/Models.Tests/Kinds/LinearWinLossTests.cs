using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
using Delivery.Models.Tests.Formats;

namespace Delivery.Models.Tests.Kinds;

public sealed class LinearWinLossTests
{
    private static readonly float[] TwoPositions = [1, 0, 0, 1]; // the score of position k is feature k

    [Theory]
    [InlineData(-1f, 2f, 1)] // the likeliest gain
    [InlineData(2f, -1f, 0)]
    [InlineData(-1f, -2f, 2)] // none as likely as 0.5: not shown
    [InlineData(0f, -1f, 0)] // just as likely as 0.5
    [InlineData(1f, 1f, 0)] // the lower class on a tie
    public void The_binary_kind_shows_the_likeliest_gain_or_nothing(float first, float second, int chosen)
    {
        var file = Binary();
        var scores = Score(file, [first, second]);

        scores.Should().Equal(first, second, 0);
        Scorer.Best(scores).Should().Be(chosen);
    }

    [Fact]
    public void The_threshold_is_part_of_the_model()
    {
        var file = Binary(new FloatTensor(LinearWinLossBin.NotShownName, [1], new[] { LinearWinLossBin.NotShownScore(0.8) }));

        Scorer.Best(Score(file, [1, 0])).Should().Be(2, "the gain has a probability of 0.73");
        Scorer.Best(Score(file, [1.5f, 0])).Should().Be(0, "the gain has a probability of 0.82");
    }

    [Theory]
    [InlineData(0.5, 0f)]
    [InlineData(0.8, 1.3862944f)]
    [InlineData(0.2, -1.3862944f)]
    [InlineData(0.999, 6.906755f)]
    public void A_threshold_becomes_its_logit(double threshold, float score)
    {
        LinearWinLossBin.NotShownScore(threshold).Should().BeApproximately(score, 1e-6f);
        (1 / (1 + Elementary.Exp(-LinearWinLossBin.NotShownScore(threshold)))).Should().BeApproximately(threshold, 1e-7);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_threshold_lies_between_0_and_1(double threshold) =>
        FluentActions.Invoking(() => LinearWinLossBin.NotShownScore(threshold)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Only_the_binary_kind_has_a_threshold()
    {
        ScorerOf(Binary()).HasNotShownThreshold.Should().BeTrue();
        ScorerOf(MultiClass()).HasNotShownThreshold.Should().BeFalse();
        ScorerOf(SampleModels.Linear(1, 2, 3)).HasNotShownThreshold.Should().BeFalse();
    }

    [Fact]
    public void The_multi_class_kind_has_a_row_for_not_shown_as_well()
    {
        var scores = Score(MultiClass(), [1, 2]);

        scores.Should().Equal(1, 2, 3);
        Scorer.Best(scores).Should().Be(2, "its score is the highest");
    }

    [Fact]
    public void Tensors_of_another_shape_are_refused()
    {
        var rows = () => ScorerOf(Write(LinearWinLossBin.KindName, new FloatTensor("weights", [3, 2], new float[6])));
        rows.Should().Throw<InvalidModelException>().WithMessage("The tensor 'weights' of 'news_wizard' is F32 of shape [3, 2]; expected F32 of [2, 2].");
        var threshold = () => ScorerOf(Binary(new FloatTensor(LinearWinLossBin.NotShownName, [2], new float[2])));
        threshold.Should().Throw<InvalidModelException>().WithMessage("The tensor 'not_shown' of 'news_wizard' is F32 of shape [2]; expected F32 of [1].");
        var multiClass = () => ScorerOf(Write(LinearWinLossMc.KindName, new FloatTensor("weights", [2, 2], new float[4])));
        multiClass.Should().Throw<InvalidModelException>().WithMessage("*expected F32 of [3, 2].");
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    [InlineData(2, 2)]
    public void Lengths_that_are_not_those_of_the_model_are_refused(int features, int classes)
    {
        var file = Binary();
        var score = () => ScorerOf(file).Score(file, new float[features], new float[classes]);

        score.Should().Throw<ArgumentException>().WithMessage($"{features} features and room for {classes} scores were given; the model has 2 features and 3 classes.");
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        var file = Binary(new FloatTensor(LinearWinLossBin.NotShownName, [1], new float[1]));
        var (scorer, features, scores) = (ScorerOf(file), new float[2], new float[3]);
        scorer.Score(file, features, scores);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++) scorer.Score(file, features, scores);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static float[] Score(byte[] file, float[] features)
    {
        var scores = new float[3];
        ScorerOf(file).Score(file, features, scores);
        return scores;
    }

    private static byte[] Binary(params FloatTensor[] more) => Write(LinearWinLossBin.KindName, [new FloatTensor("weights", [2, 2], TwoPositions), .. more]);

    private static byte[] MultiClass() => Write(LinearWinLossMc.KindName, new FloatTensor("weights", [3, 2], new float[] { 1, 0, 0, 1, 1, 1 }));

    private static byte[] Write(string kind, params FloatTensor[] tensors)
    {
        var header = SampleModels.Header(3, 2);
        header.Kind = kind;
        return ModelFileWriter.Write(header, tensors);
    }

    private static Scorer ScorerOf(byte[] file)
    {
        var layout = ModelLayout.Read(file);
        return ModelKind.Find(layout.Header.Kind)!.CreateScorer(layout);
    }
}
