using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>A crash at any system call loses nothing that was reported, and no reader sees anything but a whole generation.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly string[] All = [Scenario.First, Scenario.Second, Scenario.Rollback, Scenario.Cleanup, .. Leavings.Names];

    public static TheoryData<string> Operations => [.. All];

    public static TheoryData<string, CallFault> Failures
    {
        get
        {
            var data = new TheoryData<string, CallFault>();
            foreach (var operation in All)
            {
                foreach (var fault in Enum.GetValues<CallFault>()) data.Add(operation, fault);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_crash_at_any_system_call_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "crash", Enumeration.Crashes(ScenarioOf(operation)));

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_power_cut_at_any_system_call_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "power cut", Enumeration.PowerCuts(ScenarioOf(operation)));

    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.Second)]
    [InlineData(Scenario.Rollback)]
    [InlineData(Scenario.Cleanup)]
    public void A_power_cut_after_the_recovery_from_a_crash_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "crash, recovery, power cut", Enumeration.PowerCutsAfterRecovery(ScenarioOf(operation)));

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_system_call_that_fails_is_an_error_and_loses_nothing(string operation, CallFault fault) =>
        Told(operation, fault.ToString(), Enumeration.Failures(ScenarioOf(operation), fault));

    private static Scenario ScenarioOf(string operation) => Leavings.Names.Contains(operation) ? Leavings.Recovery(operation) : Scenario.Publish(operation);

    // The lower bounds keep the enumeration from shrinking unseen.
    private void Told(string operation, string fault, Coverage coverage)
    {
        output.WriteLine($"{operation}, {fault}: {coverage.Calls} system calls, {coverage.Points} points, {coverage.States} different states");
        coverage.Calls.Should().BeGreaterThan(Leavings.Names.Contains(operation) ? 5 : 35);
        coverage.Points.Should().BeGreaterThan(coverage.Calls - 1);
    }
}
