using Delivery.Evaluation;
using Delivery.Models.Wire;
using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Validation;

public sealed class HoldoutGateTests
{
    [Fact]
    public void Proven_harm_is_rejected_with_its_interval()
    {
        var (decision, report) = Decide(TestModels.Bad, TestModels.Good);

        decision.Should().Be(GateDecision.Reject);
        report.Verdict.Should().Be("harm");
        report.Against.Should().Be("champion");
        report.High.Should().BeLessThan(0);
        report.Reason.Should().MatchRegex(@"^harm: -0\.\d+ a decision against the delivered model, interval \[-0\.\d+, -0\.\d+\], 3000 items, effective \d+$");
        report.Reference!.Value.Should().BeApproximately(0.6, 0.1);
        report.Candidate!.Value.Should().BeApproximately(0.1, 0.1);
    }

    [Fact]
    public void A_proven_gain_is_accepted_from_anybody()
    {
        var (decision, report) = Decide(TestModels.Good, TestModels.Bad, change: h => h.ConfigHash++);

        decision.Should().Be(GateDecision.Accept);
        report.Verdict.Should().Be("no_harm");
    }

    [Fact]
    public void Undecided_accepts_the_delivered_model_trained_on()
    {
        var (decision, report) = Decide(TestModels.Halfway, TestModels.Good, items: 60);

        decision.Should().Be(GateDecision.Accept);
        report.Verdict.Should().Be("undecided");
        report.Reason.Should().StartWith("undecided, trained on from the delivered one: fewer than 100 effective items; ");
    }

    [Theory]
    [InlineData("config", "its settings changed")]
    [InlineData("version", "model_version changed from 1 to 2")]
    [InlineData("injected", "no trainer exported it: its batch_count is 0")]
    [InlineData("standing", "its request_count did not grow from 1000")]
    public void Undecided_keeps_what_is_delivered_when_the_lineage_is_broken(string broken, string reason)
    {
        var (decision, report) = Decide(TestModels.Halfway, TestModels.Good, items: 60, change: h =>
        {
            if (broken == "config") h.ConfigHash++;
            if (broken == "version") h.ModelVersion = 2;
            if (broken == "injected") h.BatchCount = 0;
            if (broken == "standing") h.RequestCount = 1000;
        });

        decision.Should().Be(GateDecision.Keep);
        report.Reason.Should().StartWith("undecided: ").And.EndWith($"kept because {reason}");
    }

    [Fact]
    public void Without_any_item_the_numbers_are_absent_and_lineage_decides()
    {
        var (decision, report) = Decide(TestModels.GoodToo, TestModels.Good, items: 0);

        decision.Should().Be(GateDecision.Accept);
        (report.Difference, report.Low, report.High, report.Candidate, report.Count).Should().Be((null, null, null, null, 0));
    }

    [Fact]
    public void Two_that_choose_alike_on_every_item_are_told_as_such_and_not_as_an_interval_of_0()
    {
        var (decision, report) = Decide(TestModels.Good, TestModels.Good);

        decision.Should().Be(GateDecision.Accept);
        report.Reason.Should().MatchRegex(@"^no harm: both choose the same class on every item, 3000 items, effective \d+$");
        (report.Low, report.High).Should().Be((0, 0));
    }

    [Fact]
    public void A_champion_of_other_features_leaves_the_logging_policy_to_be_beaten()
    {
        Action<ModelHeader> other = h => h.Sources[1].Name = "elsewhere";

        Decide(TestModels.Good, TestModels.Good, change: other).Should().Match<(GateDecision Decision, GateReport Report)>(
            d => d.Decision == GateDecision.Accept && d.Report.Against == "logging_policy");
        Decide(TestModels.Bad, TestModels.Good, change: other).Should().Match<(GateDecision Decision, GateReport Report)>(
            d => d.Decision == GateDecision.Reject && d.Report.Reason.Contains("the logging policy"));
    }

    [Fact]
    public void A_first_delivery_passes()
    {
        var candidate = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Bad));

        var (decision, report) = HoldoutGate.Decide(candidate, null, HoldoutReplay.Of(TestModels.Items(TestModels.News, 3000), candidate, null), new HarmTestOptions());

        decision.Should().Be(GateDecision.Accept);
        report.Reason.Should().Be("first delivery");
    }

    private static (GateDecision Decision, GateReport Report) Decide(float[] candidate, float[] champion, int items = 3000, Action<ModelHeader>? change = null)
    {
        var before = LoadedModel.Of(TestModels.File(TestModels.News, champion, 1000));
        var now = LoadedModel.Of(TestModels.File(TestModels.News, candidate, 2000, change));
        return HoldoutGate.Decide(now, before, HoldoutReplay.Of(TestModels.Items(TestModels.News, items), now, before), new HarmTestOptions());
    }
}
