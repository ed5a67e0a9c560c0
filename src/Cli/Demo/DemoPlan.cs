using Delivery.Models;
using Delivery.Training.Settings;

namespace Delivery.Cli.Demo;

/// <summary>Something that is done to one model on purpose, before the update of one cycle.</summary>
/// <param name="Name">The model.</param>
/// <param name="Cycle">The cycle, from 1.</param>
public sealed record Mishap(ModelName Name, int Cycle);

/// <summary>What is learned, in how many steps, and what goes wrong on purpose on the way. The same data gives the same plan.</summary>
public sealed record DemoPlan
{
    /// <summary>Of the steps of the trainers; within the range that is advised for this kind of model.</summary>
    private const double LearningRate = 0.1;

    public required int Cycles { get; init; }

    /// <summary>Every model that learns, headline tests first.</summary>
    public required IReadOnlyList<DemoModel> Models { get; init; }

    /// <summary>On the list, and never in the store: it is skipped in every cycle.</summary>
    public required ModelName NeverLearned { get; init; }

    /// <summary>Goes from the store, and is trained no more: what was delivered of it is kept.</summary>
    public required Mishap Lost { get; init; }

    /// <summary>Its exported file is damaged: the tests of structure reject it.</summary>
    public required Mishap Broken { get; init; }

    /// <summary>
    /// All its weights change their sign, so that it likes the worst arm best: a flawless file, which only the gate can reject. It
    /// is the test with the clearest difference between arms, and half its requests are held out, since nothing less than
    /// thousands of viewers proves a harm of one click in a hundred.
    /// </summary>
    public required Mishap Reversed { get; init; }

    /// <summary>Chunks of every log: one for each cycle, and one more to value what the last cycle delivered.</summary>
    public int Chunks => Cycles + 1;

    /// <summary>Whether a model that is not delivered in a cycle was damaged for it on purpose; a lost one stays lost.</summary>
    public bool IsMeant(string model, int cycle) =>
        (model == Broken.Name.Value && cycle == Broken.Cycle) || (model == Reversed.Name.Value && cycle == Reversed.Cycle) || (model == Lost.Name.Value && cycle >= Lost.Cycle);

    /// <summary>Makes the plan.</summary>
    /// <param name="data">The logs.</param>
    /// <param name="testCount">Headline tests to take, at least 2.</param>
    /// <param name="cycles">Update cycles, at least 3.</param>
    /// <exception cref="VerbException">The data has fewer tests of use.</exception>
    public static DemoPlan Make(DemoData data, int testCount, int cycles)
    {
        var tests = UpworthyTests.Select(data.Tests, testCount);
        if (tests.Count < 2) throw new VerbException($"The data has {tests.Count} headline tests whose every arm was seen 1,000 times; expected 2 or more.");
        var reversed = tests.MaxBy(Evidence)!;
        var others = tests.Where(test => test != reversed).ToList();
        return new DemoPlan
        {
            Cycles = cycles,
            Models =
            [
                .. tests.Select(test => Headline(test, holdoutShare: test == reversed ? 0.5 : 0.1)),
                .. from policy in Enum.GetValues<OpenBanditPolicy>() from position in Enum.GetValues<OpenBanditPosition>() select Recommendation(data, policy, position),
            ],
            NeverLearned = ModelName.Parse("upworthy_not_started_yet"),
            Broken = new(others[0].Model, Math.Max(2, cycles - 3)),
            Lost = new(others[^1].Model, Math.Max(2, cycles - 2)),
            Reversed = new(reversed.Model, Math.Max(2, cycles - 1)),
        };
    }

    /// <summary>Difference between the best arm and the worst, in standard errors. It decides what is damaged, never what is learned or valued.</summary>
    private static double Evidence(UpworthyTest test)
    {
        var arms = test.Arms.OrderBy(Rate).ToList();
        return (Rate(arms[^1]) - Rate(arms[0])) / Math.Sqrt(Variance(arms[^1]) + Variance(arms[0]));

        static double Rate(UpworthyArm arm) => arm.Clicks / (double)arm.Impressions;
        static double Variance(UpworthyArm arm) => (arm.Clicks + 1.0) / arm.Impressions / arm.Impressions; // + 1: an arm without a click is not sure of it
    }

    private static DemoModel Headline(UpworthyTest test, double holdoutShare) => new(
        new TrainModel
        {
            Name = test.Model,
            Intent = "HEADLINE",
            Sources = [.. UpworthyTests.Sources.Select(source => new FeatureSize(source.Name, (int)source.Count))],
            ClassNumber = test.Arms.Count,
            BatchSize = 50,
            LearningRate = LearningRate,
            EvaluateWindowSize = 10_000,
            RememberedRequests = 20_000,
            HoldoutShare = holdoutShare,
        },
        DemoGroup.Headlines, test.Impressions, () => UpworthyTests.Items(test));

    private static DemoModel Recommendation(DemoData data, OpenBanditPolicy policy, OpenBanditPosition position)
    {
        var log = data.Logs[policy];
        return new(
            new TrainModel
            {
                Name = OpenBandit.Model(policy, position),
                Intent = "RECOMMENDATION",
                Sources = [.. OpenBandit.Sources.Select(source => new FeatureSize(source.Name, (int)source.Count))],
                ClassNumber = OpenBandit.ItemCount,
                BatchSize = 50,
                LearningRate = LearningRate,
                EvaluateWindowSize = 2_000,
                RememberedRequests = 4_000,
                WeightClip = 100, // Thompson sampling logged propensities down to 1/6,000: one click would outweigh all others
            },
            policy == OpenBanditPolicy.Random ? DemoGroup.RandomPolicy : DemoGroup.ThompsonPolicy,
            log.Count(row => row.Position == position),
            () => OpenBandit.Items(log, policy, position));
    }
}
