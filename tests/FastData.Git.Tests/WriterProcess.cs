using System.Diagnostics;
using System.Globalization;
using System.Text;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

/// <summary>This assembly as a program: a writer in a process of its own, which decides on the tip that it reads, and which a test may kill.</summary>
public static class WriterProcess
{
    /// <summary>One publish that a writer reported.</summary>
    public sealed record Report(long Epoch, string Commit, string DecidedOn, int Version);

    /// <summary>What a writer that was told to wait prints when it could begin.</summary>
    public const string Ready = "ready";

    /// <summary>The models of each generation.</summary>
    public static readonly string[] Names = ["a", "b", "c"];

    /// <summary>Starts a writer that publishes the versions <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="first">At least 1.</param>
    /// <param name="count">How many.</param>
    /// <param name="waits">Whether it prints <see cref="Ready"/> and then begins when its standard input has a line.</param>
    public static Process Start(string folder, int first, int count, bool waits = false) => Process.Start(new ProcessStartInfo("dotnet",
        [typeof(WriterProcess).Assembly.Location, folder, first.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture), .. waits ? (string[])["wait"] : []])
    {
        RedirectStandardInput = waits,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;

    /// <summary>A model's file of a version.</summary>
    public static byte[] File(string name, int version) => TestModels.Linear(name, seed: version);

    public static Report Parse(string line) => line.Split(' ') is [var epoch, var commit, var on, var version]
        ? new Report(long.Parse(epoch, CultureInfo.InvariantCulture), commit, on, int.Parse(version, CultureInfo.InvariantCulture))
        : throw new FormatException($"'{line}' is no report.");

    public static async Task<int> Main(string[] arguments)
    {
        var publisher = new FastDataPublisher(arguments[0]) { LockTimeout = TimeSpan.FromHours(1) }; // the other may be slow, and is never given up
        var (first, count) = (int.Parse(arguments[1], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var random = new Random(first);
        var lost = 0;
        if (arguments.Length > 3)
        {
            Console.WriteLine(Ready);
            await Console.In.ReadLineAsync();
        }
        for (var version = first; version < first + count; version++)
        {
            while (true)
            {
                var tip = publisher.ReadTip(default).Commit;
                await Task.Delay(random.Next(20)); // a decision takes time, in which the other may publish
                var outcome = Publish(publisher, tip, version);
                if (outcome is PublishOutcome.Published(var epoch, var commit, _))
                {
                    Console.WriteLine($"{epoch} {commit} {(tip is null ? "none" : tip)} {version}");
                    break;
                }
                if (outcome is PublishOutcome.LostRace) lost++;
            }
        }
        Console.WriteLine($"lost {lost}");
        return 0;
    }

    // Null when a git beside it held the branch, as pack-refs does; a second on a busy machine is no time at all.
    private static PublishOutcome? Publish(FastDataPublisher publisher, CommitId? tip, int version)
    {
        try
        {
            return publisher.Publish(new Publication { ExpectedTip = tip, Message = $"Version {version}", Models = [.. Names.Select(name => Change(name, version))] }, default);
        }
        catch (IOException e) when (e.Message.Contains("another git process holds", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static ModelChange Change(string name, int version) => new(ModelName.Parse(name), File(name, version), Encoding.UTF8.GetBytes($"{{\"version\":{version}}}"));
}
