using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.History;

public sealed class IndexGuardTests : IDisposable
{
    private const int Seed = 7;
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary["fast-data"];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("objects/pack", "*.idx", "repack -adq")]
    [InlineData("objects/pack", "multi-pack-index", "multi-pack-index write")]
    [InlineData("objects/info", "commit-graph", "commit-graph write --reachable")]
    public void A_damaged_index_is_told_by_its_name_and_never_reaches_libgit2(string folder, string name, string made)
    {
        var publisher = new FastDataPublisher(Folder);
        Publish(publisher, 1);
        GitProgram.Run(Folder, made.Split(' '));
        var path = Directory.EnumerateFiles(Path.Combine(Folder, ".git", folder), name).Single();
        var whole = File.ReadAllBytes(path);
        var random = new Random(Seed);
        for (var i = 0; i < 20; i++)
        {
            var bit = random.Next(whole.Length * 8);
            Replace(path, [.. whole.Select((value, at) => at == bit / 8 ? (byte)(value ^ (1 << (bit % 8))) : value)], i + 1);

            var reading = () => new FastDataHistory(Folder).Read().ToList();
            reading.Should().Throw<FastDataException>().WithMessage($"{path}: damaged*delivery verify --repair*");
            var publishing = () => Publish(new FastDataPublisher(Folder), 2);
            publishing.Should().Throw<FastDataException>().WithMessage($"{path}: damaged*");
        }

        Replace(path, whole, 0);
        Publish(new FastDataPublisher(Folder), 2);
        FolderState.ShouldBeWhole(Folder);
    }

    // The time must move: what was whole is looked at again only when it looks changed.
    private static void Replace(string path, byte[] content, int seconds)
    {
        var written = new DateTime(2026, 3, 1, 0, 0, seconds, DateTimeKind.Utc);
        File.Delete(path);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, written);
    }

    private static void Publish(FastDataPublisher publisher, int seed) => publisher.Publish(new Publication
    {
        ExpectedTip = publisher.ReadTip(default).Commit,
        Message = "Deliver",
        Models = [new ModelChange(ModelName.Parse("news"), TestModels.Linear("news", seed), "{}"u8.ToArray())],
    }, default).Should().BeOfType<PublishOutcome.Published>();
}
