using Delivery.ApplyRuntime.Exploring;
using Delivery.Models.Wire;

namespace Delivery.ApplyRuntime.Tests.Exploring;

public sealed class ReplayTests
{
    [Fact]
    public void A_record_gives_the_same_class_and_probability_again() =>
        Replay.Of(Record()).Should().Be(new Replay(true, 1, 0.25));

    [Fact]
    public void A_record_whose_draw_lies_above_its_probability_is_not_true() =>
        Replay.Of(Record(r => r.ExploreProbability = 0.09))!.Value.Explores.Should().BeFalse();

    [Fact]
    public void A_record_that_does_not_say_how_it_was_drawn_cannot_be_drawn_again()
    {
        Action<RequestData>[] changes =
        [
            r => r.ExternalRandom = true, r => r.ClassCount = 0, r => r.ClassCount = uint.MaxValue, r => r.LocalRadius = 0, r => r.UniformShare = double.NaN,
            r => r.UniformShare = 2, r => r.Bundle = "always_random", r => r.Draw = ulong.MaxValue,
        ];

        changes.Select(change => Replay.Of(Record(change))).Should().AllSatisfy(replay => replay.Should().BeNull());
    }

    [Fact]
    public void A_pivot_that_is_no_class_or_is_absent_leaves_the_bundle_uniform()
    {
        Replay.Of(Record(r => (r.Bundle, r.Pivot) = ("positional_local_random", uint.MaxValue)))!.Value.Propensity.Should().Be(0.25);
        Replay.Of(Record(r => { r.Bundle = "positional_local_random"; r.ClearPivot(); }))!.Value.Propensity.Should().Be(0.25);
    }

    /// <summary>The one of the page on settings: draws 0.095919 and 0.424323.</summary>
    private static RequestData Record(Action<RequestData>? change = null)
    {
        var record = new RequestData { ClassCount = 4, Pivot = 1, Bundle = "positional_random", LocalRadius = 2, UniformShare = 0.05, ExploreProbability = 0.613069, Draw = 411966974 };
        change?.Invoke(record);
        return record;
    }
}
