using Delivery.FastData.Git.Tests.Signing;
using Delivery.FastData.Git.Verifying;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests.Verifying;

/// <summary>Any single flipped bit is found, refused by readers, and mended. <c>DELIVERY_SOAK=1</c> tries many more.</summary>
public sealed class BitFlipTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 20260301;
    private readonly DamagedFolder _folders = new(signed: true);

    private static int BitsPerFile => LongRun.IsWanted ? 60 : 2;

    public void Dispose() => _folders.Dispose();

    [Fact]
    public async Task A_flipped_bit_of_any_covered_file_is_found_refused_by_readers_and_mended()
    {
        var random = new Random(Seed);
        var original = FolderState.ReadLiveWhole(_folders.Whole)!;
        var (files, flips) = (_folders.Covered, 0);
        foreach (var file in files)
        {
            var length = new FileInfo(Path.Combine(_folders.Whole, file)).Length;
            for (var i = 0; i < BitsPerFile; i++, flips++) await FlipAsync(file, random.NextInt64(length * 8), original);
        }
        output.WriteLine($"{flips} bits in {files.Count} files, seed {Seed}");
        files.Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public async Task A_flipped_bit_of_a_pack_with_deltas_is_put_right_too()
    {
        GitProgram.Run(_folders.Whole, "repack", "-adfq", "--depth=50");
        var pack = Path.GetRelativePath(_folders.Whole, Directory.GetFiles(Path.Combine(_folders.Whole, ".git", "objects", "pack"), "*.pack").Single());
        GitProgram.Run(_folders.Whole, "verify-pack", "-v", Path.Combine(_folders.Whole, pack)).Should().Contain("chain length = 1", "there are deltas");
        var length = new FileInfo(Path.Combine(_folders.Whole, pack)).Length;
        var random = new Random(Seed);
        for (var i = 0; i < 4 * BitsPerFile; i++)
        {
            var folder = _folders.Copy();
            var bit = random.NextInt64(length * 8);
            DamagedFolder.Flip(Path.Combine(folder, pack), bit);

            var report = await new FolderVerification(folder).RepairAsync(null, default);

            report.Findings.Should().BeEmpty("seed {0}, bit {1}; {2}", Seed, bit, string.Join("; ", report.Repairs));
            FolderState.ShouldBeWhole(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task FlipAsync(string file, long bit, Manifest original)
    {
        var folder = _folders.Copy();
        var context = $"{file}, bit {bit}, seed {Seed}";
        DamagedFolder.Flip(Path.Combine(folder, file), bit);

        (await new FolderVerification(folder).VerifyAsync(null, default)).Findings.Should().NotBeEmpty("a bit was flipped: {0}", context);
        foreach (var (name, content) in Readable(folder)) original.Models.Single(model => model.Name.Value == name).Content.Should().Be(content, "a reader takes what was published or nothing: {0}", context);

        var repaired = await new FolderVerification(folder).RepairAsync(null, default);
        repaired.Findings.Should().BeEmpty("{0}; done: {1}", context, string.Join("; ", repaired.Repairs));
        FolderState.ShouldBeWhole(folder);
        FolderState.ReadLiveWhole(folder).Should().BeEquivalentTo(original, "{0}", context);
        SigningScene.ReadTrusted(folder, _folders.Allowed).Commit.Should().Be(original.Commit, "its signature is back without any key: {0}", context);
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<(string Name, ContentHash Content)> Readable(string folder)
    {
        var reader = new FolderReader(new FolderLayout(folder));
        Manifest manifest;
        try
        {
            if (reader.ReadCurrent() is not { } current) yield break;
            manifest = reader.ReadManifest(current);
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException or FileNotFoundException)
        {
            yield break;
        }
        foreach (var entry in manifest.Models)
        {
            var content = ContentHash.Of(File.ReadAllBytes(reader.Layout.ModelPath(entry)));
            if (content == entry.Content) yield return (entry.Name.Value, content);
        }
    }
}
