using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

/// <summary>Looks at a folder as readers, git and the next writer do.</summary>
internal static class FolderState
{
    /// <summary>The live generation, every file of which was read and hashed; null when there is none.</summary>
    public static Manifest? ReadLiveWhole(string folder)
    {
        var reader = new FolderReader(new FolderLayout(folder));
        if (reader.ReadCurrent() is not { } current) return null;
        var manifest = reader.ReadManifest(current);
        foreach (var entry in manifest.Models)
        {
            ContentHash.Of(File.ReadAllBytes(reader.Layout.ModelPath(entry))).Should().Be(entry.Content, "{0} is live", entry.File);
        }
        return manifest;
    }

    /// <summary>Checks that history, manifest and live files say the same, and that git finds nothing wrong.</summary>
    public static void ShouldBeWhole(string folder)
    {
        var manifest = ReadLiveWhole(folder)!;
        manifest.Should().NotBeNull();
        GitProgram.Run(folder, "rev-parse", "main").Trim().Should().Be(manifest.Commit.Hex);
        GitProgram.Run(folder, "ls-tree", "--name-only", "main:models").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name.EndsWith(".pb", StringComparison.Ordinal))
            .Should().Equal(manifest.Models.Select(model => model.Name + ".pb"));
        GitProgram.FsckStrict(folder);
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName)
            .Should().NotContain(name => name!.StartsWith(".tmp-", StringComparison.Ordinal) || name.EndsWith(".lock", StringComparison.Ordinal));
    }
}
