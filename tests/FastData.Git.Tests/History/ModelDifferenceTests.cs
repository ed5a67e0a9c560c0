using Delivery.FastData.Git.History;
using Delivery.Models.Wire;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.History;

public sealed class ModelDifferenceTests
{
    [Fact]
    public void Moves_are_counted_measured_and_named_by_class_and_feature()
    {
        var before = TestModels.Linear("m", [3, 0, 0, 0, 4, 0], classes: 2, features: 3);
        var after = TestModels.Linear("m", [3, 0, -1, 2, 4, 0.5f], classes: 2, features: 3);

        var difference = ModelDifference.Between(before, after, top: 2);

        (difference.Compared, difference.Moved).Should().Be((6, 3));
        difference.Norm.Should().BeApproximately(Math.Sqrt(1 + 4 + 0.25), 1e-12);
        (difference.NormBefore, difference.RelativeNorm).Should().Be((5, difference.Norm / 5));
        difference.Largest.Should().Equal(new MovedWeight("weights", 1, 0, "constant", 0, 0, 2), new MovedWeight("weights", 0, 2, "embedding", 1, 0, -1));
        difference.NotCompared.Should().BeEmpty();
    }

    [Fact]
    public void Sources_are_matched_by_name_and_those_of_one_side_are_told()
    {
        var before = Model([("x", 1), ("old", 2), ("y", 1)], classes: 2, [1, 90, 91, 2, 3, 92, 93, 4]);
        var after = Model([("y", 1), ("new", 1), ("x", 1)], classes: 2, [2, 80, 1, 4, 81, 3.5f]);

        var difference = ModelDifference.Between(before, after, top: 10);

        (difference.Compared, difference.Moved).Should().Be((4, 1));
        difference.Largest.Should().Equal(new MovedWeight("weights", 1, 2, "x", 0, 3, 3.5f));
        difference.Sources.Should().Equal(new SourceChange("old", 2, 0), new SourceChange("new", 0, 1));
        difference.NotCompared.Should().Equal("source 'old' (2) is gone", "source 'new' (1) is new");
    }

    [Fact]
    public void With_another_number_of_classes_the_last_one_stays_the_last()
    {
        var before = Model([("x", 1)], classes: 3, [1, 2, 9]);
        var after = Model([("x", 1)], classes: 4, [1, 2, 3, 8]);

        var difference = ModelDifference.Between(before, after, top: 10);

        (difference.Compared, difference.Moved).Should().Be((3, 1));
        difference.Largest.Should().Equal(new MovedWeight("weights", 3, 0, "x", 0, 9, 8));
        difference.NotCompared.Should().ContainSingle().Which.Should().Contain("had 3 classes and has 4");
    }

    [Fact]
    public void The_same_model_has_no_moves_and_weights_of_zero_no_relative_norm()
    {
        var zeros = TestModels.Linear("m", new float[6], classes: 2, features: 3);

        var difference = ModelDifference.Between(zeros, zeros, top: 10);

        (difference.Moved, difference.Norm, difference.RelativeNorm).Should().Be((0, 0, null));
        difference.Largest.Should().BeEmpty();
    }

    private static byte[] Model((string Name, int Count)[] sources, int classes, float[] weights) =>
        TestModels.Linear("m", weights, classes, sources.Sum(source => source.Count), change: header =>
        {
            header.Sources.Clear();
            header.Sources.AddRange(sources.Select(source => new FeatureSource { Name = source.Name, Count = (uint)source.Count }));
        });
}
