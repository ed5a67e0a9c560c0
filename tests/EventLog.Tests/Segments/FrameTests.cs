using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Tests.Segments;

public sealed class FrameTests
{
    private const ulong Salt = 42;
    private const long Offset = 1000;

    [Fact]
    public void A_frame_verifies_at_its_place_and_at_no_other()
    {
        var frame = Sealed(100);

        Frame.Check(frame, Salt, Offset, out var length).Should().Be(FrameState.Record);
        length.Should().Be(frame.Length);
        Frame.Check(frame, Salt, Offset + 1, out _).Should().Be(FrameState.BadHead);
        Frame.Check(frame, Salt + 1, Offset, out _).Should().Be(FrameState.BadHead);
    }

    [Fact]
    public void Each_flipped_bit_is_found_and_one_in_the_payload_leaves_the_length_known()
    {
        var frame = Sealed(100);
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));

            Frame.Check(frame, Salt, Offset, out var length).Should().Be(bit < 64 ? FrameState.BadHead : FrameState.BadPayload, "bit {0}", bit);
            length.Should().Be(bit < 64 ? 0 : frame.Length);
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_frame_that_is_cut_is_incomplete()
    {
        var frame = Sealed(100);
        for (var length = 0; length < frame.Length; length++) Frame.Check(frame.AsSpan(0, length), Salt, Offset, out _).Should().Be(FrameState.Incomplete);
    }

    [Fact]
    public void A_head_alone_is_the_mark_of_the_end_and_zeros_are_not() =>
        (Frame.Check(Sealed(0), Salt, Offset, out _), Frame.Check(new byte[64], Salt, Offset, out _)).Should().Be((FrameState.End, FrameState.BadHead));

    private static byte[] Sealed(int payload)
    {
        var frame = new byte[Frame.HeadBytes + payload];
        new Random(1).NextBytes(frame);
        Frame.Seal(frame, Salt, Offset);
        return frame;
    }
}
