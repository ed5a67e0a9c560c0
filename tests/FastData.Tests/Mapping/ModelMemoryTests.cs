using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Delivery.FastData.Mapping;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Mapping;

public sealed class ModelMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(100_000)]
    public void The_bytes_are_those_of_the_file_and_no_more(int length)
    {
        var content = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        using var file = ModelMemory.Map(Write(content), length);

        file.Length.Should().Be(length);
        file.Bytes.SequenceEqual(content).Should().BeTrue("the mapping is rounded up to pages, the bytes are not");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void A_copy_has_the_same_bytes_and_starts_on_a_cache_line(int length)
    {
        var content = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        using var copied = ModelMemory.Copy(Write(content), length);
        using var collected = ModelMemory.Collected(content);

        foreach (var memory in new[] { copied, collected })
        {
            memory.IsMapped.Should().BeFalse();
            memory.Bytes.SequenceEqual(content).Should().BeTrue();
            AddressOf(memory).Should().Match(address => address % 64 == 0);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void A_live_file_is_copied_by_the_calls_of_Linux_alone(int length)
    {
        var content = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        var (layout, entry) = Live(content);

        using var copied = ModelMemory.TryCopy(layout, entry);

        (copied is not null).Should().Be(OperatingSystem.IsLinux());
        if (copied is null) return;
        copied.Bytes.SequenceEqual(content).Should().BeTrue();
        AddressOf(copied).Should().Match(address => address % 64 == 0);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut short")]
    [InlineData("longer")]
    [InlineData("a folder")]
    [InlineData("a pipe")]
    [InlineData("a long path")]
    public async Task What_is_out_of_the_ordinary_is_left_to_the_usual_way(string what)
    {
        var (layout, entry) = Live([1, 2, 3], what == "a long path" ? string.Join('/', Enumerable.Repeat(new string('x', 100), 6)) : "fast-data");
        var path = layout.ModelPath(entry);
        if (what is "gone" or "a folder" or "a pipe") File.Delete(path);
        if (what == "a folder") Directory.CreateDirectory(path);
        if (what == "a pipe" && !OperatingSystem.IsWindows()) using (var mkfifo = Process.Start("mkfifo", [path])) await mkfifo.WaitForExitAsync();
        if (what == "cut short") File.WriteAllBytes(path, [1, 2]);
        if (what == "longer") File.WriteAllBytes(path, [1, 2, 3, 4]);

        ModelMemory.TryCopy(layout, entry).Should().BeNull();
    }

    [Fact]
    public void A_copy_does_not_care_what_happens_to_the_file()
    {
        var path = Write([1, 2, 3]);
        using var memory = ModelMemory.Copy(path, 3);

        File.WriteAllBytes(path, []);

        memory.Bytes.ToArray().Should().Equal(1, 2, 3);
        IsMapped(path).Should().BeFalse();
    }

    [Fact]
    public void Pages_stay_when_the_file_is_replaced_or_deleted()
    {
        if (OperatingSystem.IsWindows()) return; // a mapped file can be neither there
        var path = Write([1, 2, 3]);
        using var file = ModelMemory.Map(path, 3);

        File.WriteAllBytes(_folder["other"], [9, 9, 9]);
        File.Move(_folder["other"], path, overwrite: true);
        File.Delete(path);

        file.Bytes.ToArray().Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData(2, "the file has 3 bytes; its manifest says 2")]
    [InlineData(4, "the file has 3 bytes; its manifest says 4")]
    [InlineData(0, "a model of 0 bytes cannot be loaded")]
    [InlineData(-1, "a model of -1 bytes cannot be loaded")]
    [InlineData(int.MaxValue + 1L, "a model of 2147483648 bytes cannot be loaded")]
    public void A_file_of_another_length_is_refused(long length, string problem)
    {
        var path = Write([1, 2, 3]);

        FluentActions.Invoking(() => ModelMemory.Map(path, length)).Should().Throw<FastDataException>().WithMessage($"{path}: {problem}*");
    }

    [Fact]
    public void A_file_that_is_gone_is_told_as_such()
    {
        FluentActions.Invoking(() => ModelMemory.Map(_folder["none"], 3)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Disposing_unmaps_and_may_be_repeated()
    {
        var path = Write([1, 2, 3]);
        var file = ModelMemory.Map(path, 3);
        IsMapped(path).Should().Be(OperatingSystem.IsLinux(), "only there can this test look");

        file.Dispose();
        file.Dispose();

        IsMapped(path).Should().BeFalse();
    }

    private static long AddressOf(ModelMemory memory) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(memory.Bytes));

    private static bool IsMapped(string path) =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal));

    private (FolderLayout Layout, ManifestEntry Entry) Live(byte[] content, string folder = "fast-data")
    {
        var layout = new FolderLayout(_folder[folder]);
        var entry = new ManifestEntry(ModelName.Parse("news"), content.Length, ContentHash.Of(content), "linear_softmax");
        Directory.CreateDirectory(layout.Models);
        File.WriteAllBytes(layout.ModelPath(entry), content);
        return (layout, entry);
    }

    private string Write(byte[] content)
    {
        File.WriteAllBytes(_folder["file"], content);
        return _folder["file"];
    }
}
