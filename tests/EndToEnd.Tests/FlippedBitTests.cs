using Delivery.ApplyRuntime;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Verifying;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>A search process that runs meets a generation with one flipped bit, and then the mended one.</summary>
public sealed class FlippedBitTests
{
    private const int Seed = 11;

    // It looks only when asked to, so that nothing depends on the time.
    private static readonly RuntimeOptions OnlyWhenAsked = new() { UseFileEvents = false, PollInterval = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData("model")]
    [InlineData("manifest")]
    [InlineData("CURRENT")]
    public async Task A_runtime_refuses_a_flipped_bit_keeps_what_it_has_and_takes_the_mended_folder(string where)
    {
        using var temporary = new TemporaryFolder();
        var folder = temporary["fast-data"];
        var layout = new FolderLayout(folder);
        Publish(folder, TestModels.Good);
        var first = await File.ReadAllBytesAsync(layout.Current);
        Publish(folder, TestModels.Halfway);
        var second = await File.ReadAllBytesAsync(layout.Current);
        var reader = new FolderReader(layout);
        var pointer = reader.ReadCurrent()!;
        var live = layout.ModelPath(reader.ReadManifest(pointer).Models.Single());
        Replace(layout.Current, first);
        using var runtime = ModelRuntime.Open(folder, OnlyWhenAsked);
        (runtime.Status.Epoch, Decide(runtime)).Should().Be((1, 1));

        var random = new Random(Seed);
        if (where == "model") Replace(live, Flipped(await File.ReadAllBytesAsync(live), random));
        if (where == "manifest") Replace(layout.ManifestPath(pointer.Epoch, pointer.Commit), Flipped(await File.ReadAllBytesAsync(layout.ManifestPath(pointer.Epoch, pointer.Commit)), random));
        Replace(layout.Current, where == "CURRENT" ? Flipped(second, random) : second);
        var damaged = runtime.Refresh();
        var decided = Decide(runtime);
        (await new FolderVerification(folder).RepairAsync(null, default)).Findings.Should().BeEmpty();
        var mended = runtime.Refresh();

        damaged.Problems.Should().NotBeEmpty("seed {0}", Seed);
        decided.Should().Be(1, "the model that was in use stays in use");
        (mended.Epoch, mended.Problems.Count, Decide(runtime)).Should().Be((2, 0, 0));
    }

    private static int Decide(ModelRuntime runtime) => runtime.Decide(TestModels.News.Value, [1, 1]).Class;

    private static byte[] Flipped(byte[] content, Random random)
    {
        var bit = random.Next(8 * content.Length);
        content[bit / 8] ^= (byte)(1 << (bit % 8));
        return content;
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Publish(string folder, float[] weights)
    {
        var publisher = new FastDataPublisher(folder);
        var change = new ModelChange(TestModels.News, TestModels.File(TestModels.News, weights), "{}\n"u8.ToArray());
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = "Deliver", Models = [change] }, default).Should().BeOfType<PublishOutcome.Published>();
    }
}
