using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Publishing;

public sealed class GenerationFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Ticks _time = new();
    private readonly GenerationFiles _files;
    private readonly FolderLayout _layout;
    private readonly Manifest _manifest;

    public GenerationFilesTests()
    {
        _layout = new FolderLayout(_folder.Path);
        _files = new GenerationFiles(_layout, new LocalDisk(), _time);
        var models = new[] { "news", "video" }.Select(name =>
        {
            var content = FolderBuilder.Choosing(name, 1);
            return (Entry: new ManifestEntry(ModelName.Parse(name), content.Length, ContentHash.Of(content), "linear_softmax"), Content: (ReadOnlyMemory<byte>)content);
        }).ToList();
        _manifest = new Manifest(1, CommitId.Parse(new string('a', 40)), [.. models.Select(model => model.Entry)]);
        _files.CreateDirectories();
        _files.WriteModels(models);
        Directory.SetLastWriteTimeUtc(_layout.Models, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)); // the clock of the test runs, that of the file system may stand still meanwhile
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    public void A_live_file_that_goes_away_is_noticed_at_the_next_look_however_often_all_was_well(int looksBefore)
    {
        for (var i = 0; i < looksBefore; i++)
        {
            _files.AreThere(_manifest).Should().BeTrue();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        File.Delete(_layout.ModelPath(_manifest.Models[1]));

        _files.AreThere(_manifest).Should().BeFalse();
    }

    [Fact]
    public void A_change_that_bears_the_folder_time_of_the_listing_before_it_is_noticed()
    {
        _files.AreThere(_manifest).Should().BeTrue();
        var folderTime = Directory.GetLastWriteTimeUtc(_layout.Models);

        File.Delete(_layout.ModelPath(_manifest.Models[0]));
        Directory.SetLastWriteTimeUtc(_layout.Models, folderTime); // as if it had happened within one tick of the file system

        _files.AreThere(_manifest).Should().BeFalse();
    }

    [Fact]
    public void A_live_file_that_was_cut_short_is_noticed_after_ten_minutes()
    {
        _files.AreThere(_manifest).Should().BeTrue();
        var path = _layout.ModelPath(_manifest.Models[0]);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = File.OpenWrite(path)) file.SetLength(1);

        _files.AreThere(_manifest).Should().BeTrue("looking at each file takes longer than all else that a cycle without changes does");
        _time.Advance(TimeSpan.FromMinutes(11));
        _files.AreThere(_manifest).Should().BeFalse();
    }

    private sealed class Ticks : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
