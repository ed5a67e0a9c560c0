using System.Diagnostics;
using System.Text;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// Publishing 1,000 changed models among 10,000, everything from weights in memory to CURRENT moved, every file durable, beside
/// <c>git add -A &amp;&amp; git commit</c> (which flushes nothing) of the same files in an ordinary repository, in turns; 10 changed
/// among 10,000 beside 10 among 100; and a cycle that finds nothing to deliver.
/// </summary>
internal static class PublishScenario
{
    private const int Many = 10_000;
    private const int Few = 100;
    private const int Classes = 11;
    private const int Features = 601;
    private const int Rounds = 7;

    public static void Run(TextWriter output)
    {
        using var temporary = new TemporaryFolder();
        var (many, few, peer) = (new FastDataPublisher(temporary["many"]), new FastDataPublisher(temporary["few"]), temporary["peer"]);
        Directory.CreateDirectory(peer);
        GitProgram.Run(peer, "init", "--quiet");
        GitProgram.Run(peer, "config", "gc.auto", "0");
        var seed = 0;
        var first = Models(Many, ref seed);
        Publish(many, first);
        Publish(few, first[..Few]);
        Commit(peer, first);
        Publish(few, Models(10, ref seed)); // both warm

        output.WriteLine($"{Many} models of {first[0].File.Length} bytes; median of {Rounds} rounds, in turns\n");
        output.WriteLine("| what | time | beside | its time | ratio |");
        output.WriteLine("| --- | ---: | --- | ---: | ---: |");
        var (ours, theirs) = InTurns(1_000, models => Publish(many, models), models => Commit(peer, models), ref seed);
        output.WriteLine($"| publish 1,000 of {Many}, durable | {ours:0.0} ms | git add + commit, not durable | {theirs:0.0} ms | {ours / theirs:0.00} |");
        var (large, small) = InTurns(10, models => Publish(many, models), models => Publish(few, models), ref seed);
        output.WriteLine($"| publish 10 of {Many} | {large:0.0} ms | publish 10 of {Few} | {small:0.0} ms | {large / small:0.00} |");
        var idle = Median([.. Enumerable.Range(0, 3 * Rounds).Select(_ => Time(() => many.ReadTip(default)))]);
        output.WriteLine($"| a cycle without changes over {Many} | {idle:0.0} ms | | | |");
        GitProgram.FsckStrict(temporary["many"]);
    }

    private static (double One, double Other) InTurns(int changed, Action<ModelChange[]> one, Action<ModelChange[]> other, ref int seed)
    {
        var (ones, others) = (new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            var models = Models(changed, ref seed);
            ones[round] = Time(() => one(models));
            others[round] = Time(() => other(models));
        }
        return (Median(ones), Median(others));
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
