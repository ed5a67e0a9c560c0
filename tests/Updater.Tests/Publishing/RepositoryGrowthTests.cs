using Delivery.TestKit;
using Delivery.Updater.Publishing;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;
using Xunit.Abstractions;

namespace Delivery.Updater.Tests.Publishing;

/// <summary>What the bound is for: a history that git can pack.</summary>
public sealed class RepositoryGrowthTests(ITestOutputHelper output)
{
    private const int Cycles = 24;
    private const int Classes = 13;
    private const int Features = 500; // 26 KB

    [Fact]
    public async Task Where_5_percent_of_the_weights_move_the_packs_get_more_than_three_times_smaller()
    {
        var exact = await PackedBytesAsync(new PublishOptions());
        var bounded = await PackedBytesAsync(new PublishOptions { ErrorBound = 0.01 });

        output.WriteLine($"{Cycles} versions of {Classes * Features * 4} bytes: packs of {exact} bytes as trained, {bounded} with the bound, {(double)exact / bounded:0.0} times smaller");
        bounded.Should().BeLessThan(exact / 3);
    }

    // Every weight moves by a little each cycle, and a twentieth of them by more.
    private static async Task<long> PackedBytesAsync(PublishOptions options)
    {
        using var scene = new UpdaterScene();
        scene.Options = scene.Options with { Publish = options };
        var random = new Random(5);
        var weights = new float[Classes * Features];
        for (var i = 0; i < weights.Length; i++) weights[i] = (random.NextSingle() * 2) - 1;
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            for (var i = 0; i < weights.Length; i++) weights[i] += ((random.NextSingle() * 2) - 1) * (random.Next(20) == 0 ? 0.2f : 0.001f);
            await scene.SaveAsync(TestModels.News, TestModels.Linear("news_wizard", weights, Classes, Features, 10_000 + (ulong)cycle));
            (await scene.RunAsync()).Result.Should().Be(CycleResult.Published);
        }
        GitProgram.Run(scene.Folder, "repack", "-adq", "--window=10");
        GitProgram.FsckStrict(scene.Folder);
        GitProgram.Run(scene.Folder, "rev-list", "--count", "main").Trim().Should().Be($"{Cycles}");
        return Directory.GetFiles(Path.Combine(scene.Folder, ".git", "objects", "pack"), "*.pack").Sum(pack => new FileInfo(pack).Length);
    }
}
