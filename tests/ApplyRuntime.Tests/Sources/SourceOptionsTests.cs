using Delivery.ApplyRuntime.Sources;

namespace Delivery.ApplyRuntime.Tests.Sources;

public sealed class SourceOptionsTests
{
    [Fact]
    public void The_defaults_are_usable() =>
        new TrainingModelOptions().Problems().Concat(new DocumentModelOptions().Problems()).Should().BeEmpty();

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var options = new RuntimeOptions
        {
            TrainingModelPulls = new TrainingModelOptions { Period = TimeSpan.Zero, Timeout = TimeSpan.Zero, Concurrency = 65, MostModels = 0, ForgetAfter = TimeSpan.FromSeconds(-1), MostModelBytes = 10 },
            DocumentModels = new DocumentModelOptions { MostModels = 0, MostBytes = 1, MostModelBytes = 2, MostRefused = 0, RefusedFor = TimeSpan.Zero },
        };

        options.Problems().Should().Equal(
            "TrainingModelPulls.Period is 00:00:00; it must be 10 ms to 1 h.",
            "TrainingModelPulls.Timeout is 00:00:00; it must be 1 ms to 1 min.",
            "TrainingModelPulls.Concurrency is 65; it must be 1 to 64.",
            "TrainingModelPulls.MostModels is 0; it must be at least 1.",
            "TrainingModelPulls.ForgetAfter is -00:00:01; it must be at least Period, which is 00:00:00.",
            "TrainingModelPulls.MostModelBytes is 10; it must be at least 1 KiB.",
            "DocumentModels.MostModels is 0; it must be at least 1.",
            "DocumentModels.MostModelBytes is 2; it must be at least 1 KiB.",
            "DocumentModels.MostBytes is 1; it must be at least MostModelBytes, which is 2.",
            "DocumentModels.MostRefused is 0; it must be at least 1.",
            "DocumentModels.RefusedFor is 00:00:00; it must be 1 ms to 1 h.");
    }
}
