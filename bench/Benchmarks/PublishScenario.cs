using System.Diagnostics;
using System.Text;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// Publishing 10 and 1,000 changed models among 1,000, everything from weights in memory to CURRENT moved, every file durable,
/// beside <c>git add -A &amp;&amp; git commit</c> (which flushes nothing) of the same files in an ordinary repository, in turns.
/// </summary>
internal static class PublishScenario
{
    private const int ModelCount = 1_000;
    private const int Classes = 11;
    private const int Features = 601;
    private const int Rounds = 7;

    public static void Run(TextWriter output)
    {
        using var temporary = new TemporaryFolder();
        var (folder, peer) = (temporary["fast-data"], temporary["peer"]);
        var publisher = new FastDataPublisher(folder);
        Directory.CreateDirectory(peer);
        GitProgram.Run(peer, "init", "--quiet");
        GitProgram.Run(peer, "config", "gc.auto", "0");

        var seed = 0;
        Publish(publisher, Models(ModelCount, ref seed));
        Commit(peer, Models(ModelCount, ref seed));

        output.WriteLine($"{ModelCount} models of {Models(1, ref seed)[0].File.Length} bytes; median of {Rounds} rounds, in turns\n");
        output.WriteLine("| changed | publish, durable | git add + commit, not durable | ratio |");
        output.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var changed in new[] { 10, ModelCount })
        {
            var (ours, theirs) = (new double[Rounds], new double[Rounds]);
            for (var round = 0; round < Rounds; round++)
            {
                var models = Models(changed, ref seed);
                ours[round] = Time(() => Publish(publisher, models));
                theirs[round] = Time(() => Commit(peer, models));
            }
            output.WriteLine($"| {changed} | {Median(ours):0.0} ms | {Median(theirs):0.0} ms | {Median(ours) / Median(theirs):0.00} |");
        }
        GitProgram.FsckStrict(folder);
    }

    private static void Publish(FastDataPublisher publisher, ModelChange[] models)
    {
        var outcome = publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {models.Length} models", Models = models }, default);
        if (outcome is not PublishOutcome.Published) throw new InvalidOperationException($"The publish ended as {outcome}.");
    }

    private static void Commit(string peer, ModelChange[] models)
    {
        foreach (var model in models)
        {
            File.WriteAllBytes(Path.Combine(peer, model.Name + ".pb"), model.File.ToArray());
            File.WriteAllBytes(Path.Combine(peer, model.Name + ".json"), model.Card.ToArray());
        }
        GitProgram.Run(peer, "add", "-A");
        GitProgram.Run(peer, "-c", "user.name=peer", "-c", "user.email=peer@localhost", "commit", "--quiet", "-m", "peer");
    }

    private static ModelChange[] Models(int count, ref int seed)
    {
        var models = new ModelChange[count];
        for (var i = 0; i < count; i++)
        {
            var name = $"model_{i}";
            models[i] = new ModelChange(ModelName.Parse(name), TestModels.Linear(name, ++seed, Classes, Features), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}\n"));
        }
        return models;
    }

    private static double Time(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
