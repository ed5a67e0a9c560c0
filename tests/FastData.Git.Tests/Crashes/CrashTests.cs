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
                // A recovery meets every fault only in the long run: what it does is part of what each publish does.
                foreach (var fault in Enum.GetValues<CallFault>().Where(fault => LongRun.IsWanted || fault == CallFault.InputOutput || !Leavings.Names.Contains(operation))) data.Add(operation, fault);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_crash_at_any_system_call_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "crash", Enumeration.Crashes(ScenarioOf(operation)), atLeast: 40);

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_power_cut_at_any_system_call_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "power cut", Enumeration.PowerCuts(ScenarioOf(operation)), atLeast: 500);

    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.Second)]
    [InlineData(Scenario.Rollback)]
    [InlineData(Scenario.Cleanup)]
    public void A_power_cut_after_the_recovery_from_a_crash_loses_nothing_that_was_reported(string operation) =>
        Told(operation, "crash, recovery, power cut", Enumeration.PowerCutsAfterRecovery(ScenarioOf(operation)), atLeast: 500);

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_system_call_that_fails_is_an_error_and_loses_nothing(string operation, CallFault fault) =>
        Told(operation, fault.ToString(), Enumeration.Failures(ScenarioOf(operation), fault), atLeast: 40);

    private static Scenario ScenarioOf(string operation) => Leavings.Names.Contains(operation) ? Leavings.Recovery(operation) : Scenario.Publish(operation);

    // The lower bounds keep the enumeration from shrinking unseen; a recovery is a fifth of a publish.
    private void Told(string operation, string fault, Coverage coverage, int atLeast)
    {
        output.WriteLine($"{operation}, {fault}: {coverage.Calls} system calls, {coverage.Points} points, {coverage.States} different states");
        coverage.Points.Should().BeGreaterThan(Leavings.Names.Contains(operation) ? atLeast / 5 : atLeast);
    }
}
