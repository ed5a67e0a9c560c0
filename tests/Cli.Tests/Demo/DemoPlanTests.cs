using Delivery.Cli.Demo;

namespace Delivery.Cli.Tests.Demo;

public sealed class DemoPlanTests
{
    private static readonly Lazy<DemoData> Data = new(() => DemoData.Load(ShippedData.Locate()));

    [Fact]
    public void The_shipped_data_makes_54_models_that_can_be_trained()
    {
        var plan = DemoPlan.Make(Data.Value, testCount: 48, cycles: 6);

        plan.Models.Should().HaveCount(54);
        plan.Models.Select(model => model.Name).Should().OnlyHaveUniqueItems().And.NotContain(plan.NeverLearned);
        plan.Models.CountBy(model => model.Group).Should().BeEquivalentTo(new Dictionary<DemoGroup, int>
        {
            [DemoGroup.Headlines] = 48,
            [DemoGroup.RandomPolicy] = 3,
            [DemoGroup.ThompsonPolicy] = 3,
        });
        plan.Models.SelectMany(model => model.Settings.Problems()).Should().BeEmpty();
        plan.Models.SelectMany(model => model.Settings.Warnings()).Should().BeEmpty();
    }

    [Fact]
    public void Every_item_of_a_log_fits_the_settings_of_its_model_and_the_log_is_as_long_as_planned()
    {
        foreach (var model in DemoPlan.Make(Data.Value, testCount: 2, cycles: 3).Models)
        {
            var items = model.Log().ToList();

            items.Should().HaveCount(model.Count);
            items.Should().OnlyContain(item => item.Model == model.Name.Value && item.Features.Count == model.Settings.FeatureCount && item.Shown < model.Settings.ClassNumber);
        }
    }

    [Theory]
    [InlineData(48, 6, 3, 4, 5)]
    [InlineData(6, 3, 2, 2, 2)]
    [InlineData(2, 100, 97, 98, 99)]
    public void What_goes_wrong_on_purpose_does_so_after_a_first_delivery_and_before_a_last_one(int tests, int cycles, int broken, int lost, int reversed)
    {
        var plan = DemoPlan.Make(Data.Value, tests, cycles);

        (plan.Broken.Cycle, plan.Lost.Cycle, plan.Reversed.Cycle).Should().Be((broken, lost, reversed));
        plan.Chunks.Should().Be(cycles + 1);
        plan.Reversed.Name.Should().NotBe(plan.Lost.Name).And.NotBe(plan.Broken.Name);
        plan.Models.Select(model => model.Name).Should().Contain([plan.Broken.Name, plan.Lost.Name, plan.Reversed.Name]);
    }

    [Fact]
    public void The_test_that_is_reversed_has_the_clearest_difference_and_the_largest_holdout()
    {
        var plan = DemoPlan.Make(Data.Value, testCount: 48, cycles: 6);

        plan.Reversed.Name.Value.Should().Be("upworthy_53f5ef23ba722b4df1000048");
        plan.Models.Where(model => model.Settings.HoldoutShare > 0.1).Should().ContainSingle().Which.Name.Should().Be(plan.Reversed.Name);
    }

    [Fact]
    public void The_same_data_makes_the_same_plan()
    {
        var (one, two) = (DemoPlan.Make(Data.Value, 10, 5), DemoPlan.Make(Data.Value, 10, 5));

        two.Models.Select(model => model.Name).Should().Equal(one.Models.Select(model => model.Name));
        (two.Broken, two.Lost, two.Reversed).Should().Be((one.Broken, one.Lost, one.Reversed));
    }

    [Fact]
    public void What_was_not_damaged_is_not_excused()
    {
        var plan = DemoPlan.Make(Data.Value, testCount: 6, cycles: 6);

        plan.IsMeant(plan.Broken.Name.Value, 3).Should().BeTrue();
        plan.IsMeant(plan.Broken.Name.Value, 4).Should().BeFalse("its trainer exports it anew");
        plan.IsMeant(plan.Lost.Name.Value, 6).Should().BeTrue("it stays lost");
        plan.IsMeant("upworthy_other", 3).Should().BeFalse();
    }

    [Fact]
    public void Data_without_tests_of_use_is_an_error_that_says_how_many_there_are()
    {
        var make = () => DemoPlan.Make(Data.Value with { Tests = [.. Data.Value.Tests.Take(1)] }, testCount: 6, cycles: 3);

        make.Should().Throw<VerbException>().WithMessage("The data has * headline tests whose every arm was seen 1,000 times; expected 2 or more.");
    }
}
