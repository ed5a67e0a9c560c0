using Delivery.ApplyRuntime;
using Delivery.Cli.Demo;
using Delivery.Evaluation;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class ProgressiveValueTests
{
    // Two arms; the first was delivered: of its 4 viewers 2 clicked, of the others' 2 one.
    private static readonly LoggedOutcome[] TwoArms = [new(.5, 1, 1), new(.5, 1, 1), new(.5, 0, 1), new(.5, 0, 1), new(.5, 0, 0), new(.5, 1, 0)];

    // Four arms; of the 2 viewers of the one delivered 1 clicked, of the 2 others none.
    private static readonly LoggedOutcome[] FourArms = [new(.25, 1, 1), new(.25, 0, 1), new(.25, 0, 0), new(.25, 0, 0)];

    [Fact]
    public void Headline_tests_are_strata_whose_values_are_averaged_by_viewers()
    {
        var value = new ProgressiveValue();
        value.Add(DemoGroup.Headlines, TwoArms);
        value.Add(DemoGroup.Headlines, FourArms);

        var all = value.Of(DemoGroup.Headlines);

        all.Learned.Value.Should().BeApproximately((6 * (2 / 4.0) + 4 * (1 / 2.0)) / 10, 1e-15);
        all.Logged.Value.Should().BeApproximately(4 / 10.0, 1e-15, "4 of 10 viewers clicked, and they were shown arms uniformly");
        all.Difference.Value.Should().BeApproximately(0.1, 1e-15);
        all.Learned.EffectiveSampleSize.Should().BeApproximately(1 / (0.36 / 4 + 0.16 / 2), 1e-12);
        (all.Clicks, all.Learned.Count).Should().Be((3, 10));
    }

    [Fact]
    public void Recommendations_of_one_policy_make_one_estimate()
    {
        var value = new ProgressiveValue();
        value.Add(DemoGroup.RandomPolicy, TwoArms);
        value.Add(DemoGroup.RandomPolicy, FourArms);

        var all = value.Of(DemoGroup.RandomPolicy);

        // Weights 2 for four items, 2 of them clicked, and 4 for two items, 1 of them clicked.
        all.Learned.Value.Should().BeApproximately((2 * 2 + 1 * 4) / (4.0 * 2 + 2 * 4), 1e-15);
        all.Learned.Should().Be(OffPolicy.Snips([.. TwoArms, .. FourArms]));
        value.Of(DemoGroup.ThompsonPolicy).Learned.Count.Should().Be(0, "nothing was added to it");
    }

    [Fact]
    public void The_order_in_which_threads_add_changes_no_bit()
    {
        var (one, two) = (new ProgressiveValue(), new ProgressiveValue());
        foreach (var items in new[] { TwoArms, FourArms, TwoArms[1..] }) one.Add(DemoGroup.Headlines, items);
        foreach (var items in new[] { TwoArms[1..], TwoArms, FourArms }) two.Add(DemoGroup.Headlines, items);

        two.Of(DemoGroup.Headlines).Should().Be(one.Of(DemoGroup.Headlines));
    }

    [Fact]
    public void A_model_that_is_not_delivered_is_not_valued()
    {
        using var folder = new TemporaryFolder();
        using var runtime = ModelRuntime.Open(folder["fast-data"]);
        var model = DemoPlan.Make(DemoData.Load(ShippedData.Locate()), testCount: 2, cycles: 3).Models[0];

        var items = ProgressiveValue.Decide(runtime, ModelName.Parse("upworthy_x"), [.. model.Log().Take(10)]);

        items.Should().BeEmpty();
        var value = new ProgressiveValue();
        value.Add(DemoGroup.Headlines, items);
        value.Of(DemoGroup.Headlines).Learned.Should().Be(Estimate.None);
    }

    [Fact]
    public void Few_clicks_are_told_with_wilsons_interval_and_without_a_difference()
    {
        var value = new ProgressiveValue();
        value.Add(DemoGroup.ThompsonPolicy, [.. Enumerable.Repeat(new LoggedOutcome(.5, 0, 1), 10), new(.5, 1, 0)]);

        var told = DemoValue.Of(value.Of(DemoGroup.ThompsonPolicy));

        told.Difference.Should().BeNull();
        told.Clicks.Should().Be(0);
        told.Learned.Value.Should().Be(0);
        told.Learned.High.Should().BeApproximately(277.533, 1e-3, "ten viewers without a click do not prove that nobody ever clicks");
    }
}
