using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Signing;

public sealed class EpochMarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["state/seen"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_highest_epoch_is_kept_over_restarts()
    {
        var first = new EpochMark(File);
        first.Refusal(Pointer(5, 'a')).Should().BeNull("nothing was seen yet");
        first.Advance(Pointer(5, 'a'));
        first.Advance(Pointer(4, 'b'));

        var second = new EpochMark(File);
        second.Refusal(Pointer(4, 'b')).Should().Be($"epoch went back from 5, which was seen before ({File}), to 4.");
        second.Refusal(Pointer(5, 'b')).Should().StartWith("epoch 5 came a second time, with commit bbbbbbbb after aaaaaaaa");
        second.Refusal(Pointer(5, 'a')).Should().BeNull();
        second.Refusal(Pointer(6, 'b')).Should().BeNull();
        System.IO.File.ReadAllText(File).Should().Be($"1 5 {new string('a', 40)}\n");
    }

    [Fact]
    public void Without_a_file_it_lasts_as_long_as_the_process()
    {
        var mark = new EpochMark(null);
        mark.Advance(Pointer(5, 'a'));

        mark.Refusal(Pointer(4, 'a')).Should().StartWith("epoch went back from 5, which was seen before, to 4");
        new EpochMark(null).Refusal(Pointer(4, 'a')).Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 5\n")]
    [InlineData("2 5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n")]
    [InlineData("1 -5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n")]
    [InlineData("1 5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_damaged_file_lets_nothing_through_until_it_is_mended(string content)
    {
        Directory.CreateDirectory(_folder["state"]);
        System.IO.File.WriteAllText(File, content);
        var mark = new EpochMark(File);

        ((Func<string?>)(() => mark.Refusal(Pointer(9, 'a')))).Should().Throw<UntrustedException>().WithMessage("*seen: the highest epoch seen cannot be read*no mark*");
        System.IO.File.Delete(File);
        mark.Refusal(Pointer(9, 'a')).Should().BeNull();
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_and_nothing_is_noted()
    {
        System.IO.File.WriteAllText(_folder["state"], "a file where a folder should be");
        var mark = new EpochMark(File);

        ((Action)(() => mark.Advance(Pointer(5, 'a')))).Should().Throw<UntrustedException>().WithMessage("*cannot be written*Epoch 5 is not loaded.");
        mark.Refusal(Pointer(4, 'a')).Should().BeNull();
    }

    private static CurrentPointer Pointer(long epoch, char commit) =>
        new(FolderLayout.Format, epoch, CommitId.Parse(new string(commit, 40)), ContentHash.Of([(byte)epoch]));
}
