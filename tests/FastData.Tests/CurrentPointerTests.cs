using System.Text;

namespace Delivery.FastData.Tests;

public sealed class CurrentPointerTests
{
    private static readonly CurrentPointer Pointer = new(FolderLayout.Format, 42, CommitId.Parse(new string('a', 40)), ContentHash.Of([1, 2, 3]));

    [Fact]
    public void A_pointer_reads_back_as_it_was_written() => CurrentPointer.Parse(Pointer.ToBytes(), "CURRENT").Should().Be(Pointer);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("1 42")]
    [InlineData("1 0 {commit} {hash}\n")]
    [InlineData("1 -1 {commit} {hash}\n")]
    [InlineData("1 42 {commit} {hash}")]
    [InlineData("1 42 {commit} {hash} more\n")]
    [InlineData("1  42 {commit} {hash}\n")]
    [InlineData("1 42 {hash} {commit}\n")]
    [InlineData("one 42 {commit} {hash}\n")]
    public void Anything_else_is_refused_with_the_name_of_the_file(string text)
    {
        var content = text.Replace("{commit}", Pointer.Commit.Hex, StringComparison.Ordinal).Replace("{hash}", Pointer.Manifest.Hex, StringComparison.Ordinal);

        var act = () => CurrentPointer.Parse(Encoding.ASCII.GetBytes(content), "folder/CURRENT");

        act.Should().Throw<FastDataException>().WithMessage("folder/CURRENT: *expected one line*");
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_gives_another_pointer_or_a_clean_refusal()
    {
        var bytes = Pointer.ToBytes();
        for (var cut = 0; cut < bytes.Length; cut++) ShouldNotReadAs(bytes[..cut]);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            ShouldNotReadAs(flipped);
        }

        static void ShouldNotReadAs(byte[] content)
        {
            try
            {
                CurrentPointer.Parse(content, "CURRENT").Should().NotBe(Pointer);
            }
            catch (Exception e)
            {
                e.Should().Match(x => x is FastDataException || x is UnsupportedFormatException);
            }
        }
    }

    [Fact]
    public void A_newer_format_is_told_apart_from_damage()
    {
        var act = () => CurrentPointer.Parse("2 anything else\n"u8, "CURRENT");
        act.Should().Throw<FastDataException>("its fields are not ours to read, and one of four is missing");

        var newer = Encoding.ASCII.GetBytes($"2 42 {Pointer.Commit} {Pointer.Manifest}\n");
        act = () => CurrentPointer.Parse(newer, "CURRENT");
        act.Should().Throw<UnsupportedFormatException>().WithMessage("*format 2*reads 1*");
    }
}
