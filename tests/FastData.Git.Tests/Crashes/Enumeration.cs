using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>How much was tried.</summary>
/// <param name="Calls">System calls of the operation.</param>
/// <param name="Points">Points at which it was broken off, with each way of doing so.</param>
/// <param name="States">Different folders among what that left, each of which was judged.</param>
internal sealed record Coverage(int Calls, int Points, int States);

/// <summary>Breaks an operation off at each of its system calls.</summary>
internal static class Enumeration
{
    /// <summary>The process dies between any two calls, or with half of a write done.</summary>
    public static Coverage Crashes(Scenario scenario)
    {
        var (judge, changes) = (new Judge(scenario), Journal(scenario, out _));
        var states = new States();
        for (var at = 0; at <= changes.Count; at++)
        {
            states.Add(After(scenario.Start, changes, at).Seen(), at == changes.Count ? judge.Reported : 0, $"{scenario.Name}: died {Where(changes, at)}");
            if (at == changes.Count || changes[at].Kind != ChangeKind.Write) continue;
            var half = After(scenario.Start, changes, at);
            half.Apply(changes[at] with { Content = changes[at].Content![..(changes[at].Content!.Length / 2)] });
            states.Add(half.Seen(), 0, $"{scenario.Name}: died within a write, {Where(changes, at)}");
        }
        return states.Judge(judge, changes.Count);
    }

    /// <summary>The power goes between any two calls, and what no fsync covers is there or not in many ways.</summary>
    public static Coverage PowerCuts(Scenario scenario)
    {
        var (judge, changes) = (new Judge(scenario), Journal(scenario, out _));
        var states = new States();
        for (var at = 0; at <= changes.Count; at++)
        {
            AddPowerCuts(states, After(scenario.Start, changes, at), at == changes.Count ? judge.Reported : 0, $"{scenario.Name}: power cut {Where(changes, at)}");
        }
        return states.Judge(judge, changes.Count);
    }

    /// <summary>The process dies at any call, the next one recovers and reports, and then the power goes: what the dead one had not made durable counts too.</summary>
    public static Coverage PowerCutsAfterRecovery(Scenario scenario)
    {
        var (judge, changes) = (new Judge(scenario), Journal(scenario, out _));
        var states = new States();
        for (var at = 0; at <= changes.Count; at++)
        {
            var disk = After(scenario.Start, changes, at);
            var recovery = Journal(Scenario.Recovery("", disk.Seen()), out var reported);
            foreach (var change in recovery) disk.Apply(change);
            AddPowerCuts(states, disk, reported, $"{scenario.Name}: power cut after the recovery from a death {Where(changes, at)}");
        }
        return states.Judge(judge, changes.Count);
    }

    /// <summary>Each call fails once; the same publisher goes on, or a new one does.</summary>
    public static Coverage Failures(Scenario scenario, CallFault fault)
    {
        var judge = new Judge(scenario);
        var calls = Count(scenario, fault);
        Parallel.For(1, calls + 1, at =>
        {
            using var folder = new TemporaryFolder();
            scenario.Start.WriteTo(folder["f"]);
            var faulty = new FaultyCalls(at, fault);
            var publisher = Scenario.Publisher(folder["f"], faulty);
            long reported = 0;
            var error = Record.Exception(() => reported = scenario.Work(publisher));
            if (error is not null) error.Should().Match(e => e is IOException || e is UnauthorizedAccessException || e is FastDataException, "{0} is told as it is", faulty.Failed);
            judge.ShouldKeepPromises(folder["f"], reported, $"{scenario.Name}: {faulty.Failed}; {error?.Message}", at % 2 == 0 ? publisher : null);
        });
        return new Coverage(calls, calls, calls);
    }

    private static int Count(Scenario scenario, CallFault fault)
    {
        using var folder = new TemporaryFolder();
        scenario.Start.WriteTo(folder["f"]);
        var counting = new FaultyCalls(0, fault);
        scenario.Work(Scenario.Publisher(folder["f"], counting));
        return counting.Calls;
    }

    // What a power cut leaves between "nothing that no fsync covers" and "all of it".
    private static void AddPowerCuts(States states, SimulatedDisk disk, long reported, string why)
    {
        foreach (var data in Enum.GetValues<Unsynced>())
        {
            states.Add(disk.AfterPowerCut((_, _) => 0, data), reported, $"{why}, no name is there, data {data}");
            states.Add(disk.AfterPowerCut((_, all) => all, data), reported, $"{why}, all names are there, data {data}");
            states.Add(disk.AfterPowerCut((_, all) => all / 2, data), reported, $"{why}, half of the names are there, data {data}");
        }
        foreach (var directory in disk.Unsettled)
        {
            states.Add(disk.AfterPowerCut((path, all) => path == directory ? all : 0, Unsynced.Garbage), reported, $"{why}, only the names of '{directory}' are there");
            states.Add(disk.AfterPowerCut((path, all) => path == directory ? 0 : all, Unsynced.Empty), reported, $"{why}, all names but those of '{directory}' are there");
            states.Add(disk.AfterPowerCut((path, all) => path == directory ? all - 1 : all, Unsynced.Empty), reported, $"{why}, all names but the last of '{directory}' are there");
        }
    }

    /// <summary>All changes that the operation makes.</summary>
    public static IReadOnlyList<Change> Journal(Scenario scenario, out long reported)
    {
        using var folder = new TemporaryFolder();
        scenario.Start.WriteTo(folder["f"]);
        var journal = new JournalCalls(folder["f"]);
        reported = scenario.Work(Scenario.Publisher(folder["f"], journal));
        return journal.Changes;
    }

    /// <summary>The folder after the first changes.</summary>
    public static SimulatedDisk After(FolderImage start, IReadOnlyList<Change> changes, int count)
    {
        var disk = new SimulatedDisk(start);
        foreach (var change in changes.Take(count)) disk.Apply(change);
        return disk;
    }

    private static string Where(IReadOnlyList<Change> changes, int at) => at == 0 ? "before the first call" : $"after call {at}, {changes[at - 1].Kind} {changes[at - 1].Path} {changes[at - 1].To}";

    private sealed class States
    {
        private readonly Dictionary<(string, long), (FolderImage Image, string Why)> _states = [];
        private int _points;

        public void Add(FolderImage image, long reported, string why)
        {
            _points++;
            _states.TryAdd((image.Fingerprint(), reported), (image, why));
        }

        public Coverage Judge(Judge judge, int calls)
        {
            Parallel.ForEach(_states, state =>
            {
                using var folder = new TemporaryFolder();
                state.Value.Image.WriteTo(folder["f"]);
                judge.ShouldKeepPromises(folder["f"], state.Key.Item2, state.Value.Why);
            });
            return new Coverage(calls, _points, _states.Count);
        }
    }
}
