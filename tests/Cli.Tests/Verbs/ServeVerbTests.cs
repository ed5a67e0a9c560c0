using Delivery.TestKit;
namespace Delivery.Cli.Tests.Verbs;

public sealed class ServeVerbTests
{
    private const int Interrupt = 2, Terminate = 15;

    [SkippableTheory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task It_runs_a_cycle_at_the_start_and_stops_cleanly_when_told(int signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.CreateAsync();
        using var serve = DeliveryProcess.StartUnder(DeliveryProcess.HearsInterrupt, scene.Path, Empty, "serve");

        var line = await serve.LineWithAsync("Cycle ");
        serve.Signal(signal);
        var result = await serve.EndAsync();

        line.Should().Contain("Published").And.Contain("epoch 1").And.Contain("2 Accepted");
        result.ExitCode.Should().Be(0);
        result.Output.Should().Contain("Delivery.Serve[2] Stopped", "ids are small and the same in each build");
        (result.Output + result.Errors).Should().NotContain("   at ").And.NotContain("fail:").And.NotContain("warn:");
    }

    [SkippableFact]
    public async Task Told_to_stop_in_the_middle_of_a_cycle_it_leaves_the_old_generation_or_the_new_one()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 500);
        using var serve = DeliveryProcess.Start(scene.Path, Empty, "serve");

        await serve.LineWithAsync("Delivering into"); // logged right before the first cycle begins
        serve.Signal(Terminate);
        var result = await serve.EndAsync();

        result.ExitCode.Should().Be(0, result.Errors);
        (result.Output + result.Errors).Should().NotContain("   at ");
        var status = await scene.JsonAsync("status");
        status.GetProperty("problems").GetArrayLength().Should().Be(0);
        status.GetProperty("epoch").GetInt64().Should().BeOneOf(1, 2);
        TestKit.GitProgram.FsckStrict(scene.FastData);
    }

    private static Dictionary<string, string> Empty => [];
}
