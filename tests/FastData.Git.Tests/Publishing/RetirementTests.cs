using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Publishing;

public sealed class RetirementTests : IDisposable
{
    private const int Seed = 20260101;
    private readonly TemporaryFolder _temporary = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)); // every file is old

    private string Folder => _temporary["fast-data"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_is_remembered_between_publishes_removes_exactly_what_no_manifest_names()
    {
        var random = new Random(Seed);
        var publisher = NewPublisher();
        for (var n = 0; n < 60; n++)
        {
            if (n % 20 == 19) publisher = NewPublisher(); // another process knows nothing yet
            // Few contents, so that models come back to bytes that are about to leave; and models come and go.
            var models = new[] { "a", "b", "c" }.Where(_ => random.Next(2) == 0).Select(name => Change(name, random.Next(4))).ToList();
            var removed = models.Count == 0 ? [ModelName.Parse("b")] : Array.Empty<ModelName>();
            publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"{n}", Models = models, Removed = removed }, default);

            if (Directory.Exists(Path.Combine(Folder, "manifests"))) ShouldHoldWhatManifestsName(n);
        }
    }

    [Fact]
    public void Two_writers_in_turns_remove_nothing_that_is_named()
    {
        FastDataPublisher[] publishers = [NewPublisher(), NewPublisher()];
        for (var n = 0; n < 24; n++)
        {
            var publisher = publishers[n % 3 % 2];
            publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"{n}", Models = [Change("a", n % 5), Change("b", n % 3)] }, default);
            ShouldHoldWhatManifestsName(n);
        }
    }

    private FastDataPublisher NewPublisher() => new(Folder, _time) { KeepGenerations = TimeSpan.Zero };

    private static ModelChange Change(string name, int seed) => new(ModelName.Parse(name), TestModels.Linear(name, seed), "{}\n"u8.ToArray());

    private void ShouldHoldWhatManifestsName(int n)
    {
        var manifests = Directory.GetFiles(Path.Combine(Folder, "manifests"));
        var named = manifests.SelectMany(path => Manifest.Parse(File.ReadAllBytes(path), path).Models).Select(model => model.File).Distinct();
        manifests.Length.Should().BeLessThanOrEqualTo(3);
        Directory.GetFiles(Path.Combine(Folder, "models")).Select(Path.GetFileName).Should().BeEquivalentTo(named, "publish {0}, seed {1}", n, Seed);
    }
}
