using Delivery.FastData.Git.Verifying;
using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Tests.Verifying;

public sealed class ManifestTimeTests : IDisposable
{
    private readonly DamagedFolder _folders = new();
    private readonly string _folder;
    private readonly FolderReader _reader;

    public ManifestTimeTests()
    {
        _folder = _folders.Copy();
        _reader = new FolderReader(new FolderLayout(_folder));
    }

    public void Dispose() => _folders.Dispose();

    [Fact]
    public async Task A_manifest_says_when_its_commit_was_made_and_says_so_again_when_it_is_made_again()
    {
        var current = _reader.ReadCurrent()!;
        var manifest = _reader.ReadManifest(current);
        File.Delete(_reader.Layout.ManifestPath(current.Epoch, current.Commit));

        (await new FolderVerification(_folder).RepairAsync(null, default)).Findings.Should().BeEmpty();

        manifest.Published.Should().Be(new FastDataHistory(_folder).Read().First().When);
        _reader.ReadCurrent().Should().Be(current);
        _reader.ReadManifest(current).Published.Should().Be(manifest.Published);
    }

    [Fact]
    public async Task A_manifest_of_before_they_had_a_time_is_no_finding_and_stays()
    {
        var manifest = _reader.ReadManifest(_reader.ReadCurrent()!) with { Published = null };
        var files = new GenerationFiles(_reader.Layout, new LocalDisk());
        files.Announce(files.WriteManifest(manifest));

        var report = await new FolderVerification(_folder).VerifyAsync(null, default);
        var repair = await new FolderVerification(_folder).RepairAsync(null, default);

        report.Findings.Should().BeEmpty();
        (repair.Findings.Count, repair.Repairs.Count).Should().Be((0, 0));
        _reader.ReadManifest(_reader.ReadCurrent()!).Published.Should().BeNull();
    }
}
