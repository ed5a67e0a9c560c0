using System.Globalization;
using Delivery.ApplyRuntime;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>The Python sample follows a folder beside the runtime, and both decide the same.</summary>
public sealed class PythonFollowTests : IDisposable
{
    private const string Model = "news";
    private const int Classes = 11, Features = 21; // no multiple of 16: rows are padded

    private readonly TemporaryFolder _folder = new();
    private readonly FolderBuilder _builder;

    public PythonFollowTests() => _builder = new FolderBuilder(_folder["fast-data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_decides_as_the_runtime_does_at_each_generation()
    {
        var vectors = Vectors(seed: 11, count: 5);
        using var python = Start(untilEpoch: 3, vectors);
        using var runtime = ModelRuntime.Open(_builder.Layout.Root, new RuntimeOptions { UseFileEvents = false, PollInterval = TimeSpan.FromHours(1) });
        var scores = new float[Classes];

        for (var epoch = 1; epoch <= 3; epoch++)
        {
            _builder.With(Model, TestModels.Linear(Model, seed: epoch, Classes, Features)).Publish();
            runtime.Refresh();
            foreach (var vector in vectors)
            {
                var expected = runtime.Decide(Model, vector, scores);

                var line = await python.LineWithAsync($"epoch {epoch}:");

                line.Should().StartWith($"epoch {epoch}: class {expected.Class}, scores ");
                Scores(line).Should().Equal(scores, "the order of additions is the same, so the bits are");
            }
        }
        (await python.EndAsync()).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task A_damaged_file_keeps_the_model_before()
    {
        var vectors = Vectors(seed: 12, count: 1);
        using var python = Start(untilEpoch: 3, vectors);
        _builder.With(Model, TestModels.Linear(Model, seed: 1, Classes, Features)).Publish();
        await python.LineWithAsync("epoch 1:");

        _builder.With(Model, TestModels.Linear(Model, seed: 2, Classes, Features));
        var damaged = _builder.Prepare(2);
        Damage(_builder.PathOf(Model));
        _builder.PointTo(damaged);
        await python.ErrorWithAsync("The model before stays in use.");
        _builder.With(Model, TestModels.Linear(Model, seed: 3, Classes, Features)).Publish(3);

        (await python.LineWithAsync("epoch")).Should().StartWith("epoch 3: class", "nothing was decided with the damaged file");
        var result = await python.EndAsync();
        result.ExitCode.Should().Be(0);
        result.Errors.Should().Contain("its SHA-256 is").And.Contain(Path.GetFileName(_builder.Layout.Models));
    }

    [Fact]
    public async Task What_cannot_be_decided_is_told()
    {
        _builder.With(Model, TestModels.Linear(Model, seed: 1, Classes, Features)).Publish();
        using var python = Start(untilEpoch: 1, [1f, 2f]);

        (await python.LineWithAsync("epoch 1:")).Should().Be("epoch 1: no decision: 2 features, the model takes 21");
        (await python.EndAsync()).ExitCode.Should().Be(0);
    }

    private DeliveryProcess Start(int untilEpoch, params float[][] vectors) => DeliveryProcess.StartProgram(
        ["/usr/bin/python3", Path.Combine(Sources.Root, "samples", "python", "follow.py"), _builder.Layout.Root, Model, "--poll", "0.02", "--until-epoch", $"{untilEpoch}",
            .. vectors.Select(vector => "--features=" + string.Join(',', vector.Select(value => value.ToString("R", CultureInfo.InvariantCulture))))],
        _folder.Path, new Dictionary<string, string>());

    private static float[][] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Features).Select(_ => (random.NextSingle() * 4) - 2).ToArray())];
    }

    private static float[] Scores(string line) =>
        [.. line[(line.IndexOf("scores ", StringComparison.Ordinal) + 7)..].Split(' ').Select(value => (float)double.Parse(value, CultureInfo.InvariantCulture))];

    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
