using Delivery.Evaluation;
using Delivery.Updater.Pulling;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests;

public sealed class UpdaterOptionsTests
{
    [Fact]
    public void The_defaults_are_usable() => new UpdaterOptions().Problems().Should().BeEmpty();

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var options = new UpdaterOptions
        {
            ModelListPath = " ",
            Period = TimeSpan.Zero,
            Pull = new PullOptions { Concurrency = 0, CircuitFailureRatio = double.NaN },
            Validation = new ValidationOptions { MaxProbabilityShift = 2, GoldenFolder = "/no/such/folder", Harm = new HarmTestOptions { Alpha = 1 } },
        };

        options.Problems().Should().Equal(
            "ModelListPath is empty.",
            "Period is 00:00:00; it needs 100 ms to 7 days.",
            "Pull.Concurrency is 0; it needs 1 to 256.",
            "Pull.CircuitFailureRatio is NaN; it needs more than 0 and at most 1.",
            "Validation.GoldenFolder is '/no/such/folder'; there is no such folder.",
            "Validation.MaxProbabilityShift is 2; it needs more than 0 and at most 1.",
            "Validation.Harm.Alpha is 1; it needs more than 0 and less than 1.");
        options.Invoking(o => o.ThrowIfUnusable()).Should().Throw<ArgumentException>().WithMessage("*ModelListPath*Alpha*");
    }
}
