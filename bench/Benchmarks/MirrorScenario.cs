using System.Diagnostics;
using System.Text;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Mirroring;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// From a commit of 100 changed models that is on a remote of this machine to CURRENT moved on a mirror that was told, every file durable,
/// beside <c>git fetch</c> alone of the same commit into a plain bare clone, in turns.
/// </summary>
internal static class MirrorScenario
{
    private const int ModelCount = 100;
    private const int Classes = 11;
    private const int Features = 601;
    private const int Rounds = 15;

    public static async Task RunAsync(TextWriter output)
    {
        using var temporary = new TemporaryFolder();
        var (remote, peer) = (temporary["remote"], temporary["peer"]);
        var publisher = new FastDataPublisher(remote);
        var seed = 0;
        Publish(publisher, ref seed);
        GitProgram.Run(temporary.Path, "clone", "--quiet", "--bare", "--no-local", remote, peer);
        using var mirror = new FastDataMirror(new FastDataMirrorOptions { From = remote, Folder = temporary["mirror"] });
        await mirror.PollOnceAsync(default);

        var (ours, theirs) = (new double[Rounds], new double[Rounds]);
        for (var round = -2; round < Rounds; round++)
        {
            Publish(publisher, ref seed);
            var mirrored = await TimeAsync(async () =>
            {
                var outcome = await mirror.PollOnceAsync(default);
                if (outcome is not MirrorOutcome.Advanced) throw new InvalidOperationException($"The poll ended as {outcome}.");
            });
            var fetched = await TimeAsync(() => Task.FromResult(GitProgram.Run(peer, "fetch", "--quiet", remote, "+refs/heads/main:refs/heads/main")));
            if (round < 0) continue;
            (ours[round], theirs[round]) = (mirrored, fetched);
        }
        output.WriteLine($"{ModelCount} changed models of {TestModels.Linear("m", 1, Classes, Features).Length} bytes; median of {Rounds} rounds, in turns\n");
        output.WriteLine("| mirror, told, durable | git fetch alone, not durable | ratio |");
        output.WriteLine("| ---: | ---: | ---: |");
        output.WriteLine($"| {Median(ours):0.0} ms | {Median(theirs):0.0} ms | {Median(ours) / Median(theirs):0.00} |");
        GitProgram.FsckStrict(temporary["mirror"]);
    }

    private static void Publish(FastDataPublisher publisher, ref int seed)
    {
        var models = new ModelChange[ModelCount];
        for (var i = 0; i < ModelCount; i++)
        {
            var name = $"model_{i}";
            models[i] = new ModelChange(ModelName.Parse(name), TestModels.Linear(name, ++seed, Classes, Features), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}\n"));
        }
        var outcome = publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {ModelCount} models", Models = models }, default);
        if (outcome is not PublishOutcome.Published) throw new InvalidOperationException($"The publish ended as {outcome}.");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
