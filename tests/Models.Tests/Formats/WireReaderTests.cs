using Delivery.Models.Formats;
using Google.Protobuf;

namespace Delivery.Models.Tests.Formats;

/// <summary>What no protobuf library would write, spelled out in bytes.</summary>
public sealed class WireReaderTests
{
    private static readonly byte[] Header = SampleModels.Message(1, 2, 5).Header.ToByteArray();
    private static readonly byte[] Tensor = SampleModels.Message(1, 2, 5).Tensors[0].ToByteArray();

    [Fact]
    public void The_parts_make_a_valid_file() => ModelLayout.Read([.. Part(1, Header), .. Part(2, Tensor)]).Tensors.Should().ContainSingle();

    [Fact]
    public void A_file_that_begins_with_anything_but_one_header_is_refused()
    {
        Refused("byte 0: the file does not begin with a header.");
        Refused("byte 0: the file does not begin with a header.", Part(2, Tensor), Part(1, Header));
        Refused("byte *: the file has more than one header.", Part(1, Header), Part(2, Tensor), Part(1, Header));
        Refused("byte *: the file has a field 3, which format 1 does not know.", Part(1, Header), Part(2, Tensor), Part(3, []));
    }

    [Fact]
    public void A_length_is_held_against_what_remains()
    {
        Refused($"byte 0: the file says {Header.Length} bytes of header, {Header.Length - 1} remain.", Part(1, Header)[..^1]);
        var file = SampleModels.Linear(1, 11, 601);
        var tensor = file.AsSpan().IndexOf("weights"u8) - 2;
        byte[] cut = [.. file.AsSpan(0, tensor - 4), .. Part(2, file[tensor..^444])];

        Refused("byte *: tensor 'weights' says 26752 bytes of f32, 26308 remain.", cut);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        var file = SampleModels.Linear(2, 3, 20);
        for (var length = 0; length < file.Length; length++) Refused("byte *", file[..length]);
    }

    [Fact]
    public void Tags_that_protobuf_does_not_allow_are_refused()
    {
        Refused("byte 0: the file has the tag 0, which names no field.", [0x00]);
        Refused("byte 0: the file has the tag 4294967306, which names no field.", [0x8A, 0x80, 0x80, 0x80, 0x10]);
        Refused("byte 0: field 1 of the file has wire type 3; expected 0, 1, 2 or 5.", [0x0B]);
        Refused("byte 0: field 1 of the file has wire type 7; expected 0, 1, 2 or 5.", [0x0F]);
        Refused("byte 0: header of the file has wire type 0; expected 2.", [0x08, 0x01]);
    }

    [Fact]
    public void Varints_that_are_cut_long_or_large_are_refused()
    {
        Refused("byte 0: the file ends within header.", [0x0A, 0x80]);
        Refused("byte 0: header of the file is a number written longer than it needs.", [0x0A, 0x80, 0x00]);
        Refused("byte 0: header of the file is a number of more than 64 bits.", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]);
        Refused("byte 0: header of the file is a number of more than 64 bits.", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x01]);
        Refused("byte 0: the file says 18446744073709551615 bytes of header, 0 remain.", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
    }

    [Fact]
    public void A_field_of_the_header_stands_there_once_with_its_own_type()
    {
        RefusedInHeader("byte *: the header has more than one name.", [0x0A, 0x01, (byte)'a']);
        RefusedInHeader("byte *: name of the header has wire type 0; expected 2.", replaceName: [0x08, 0x01]);
        RefusedInHeader("byte *: the header has more than one format.", [0x70, 0x01]);
        RefusedInHeader("byte *: the header has a field 15, which format 1 does not know.", [0x78, 0x01]);
        RefusedInHeader("byte *: name of the header is not valid UTF-8.", replaceName: [0x0A, 0x02, 0xC3, 0x28]);
        RefusedInHeader("byte *: count of a source is 4294967296, a number of more than 32 bits.", [0x22, 0x06, 0x10, 0x80, 0x80, 0x80, 0x80, 0x10]);
        RefusedInHeader("byte *: a source has a field 3, which format 1 does not know.", [0x22, 0x02, 0x18, 0x01]);
        RefusedInHeader("byte *: a source has more than one count.", [0x22, 0x04, 0x10, 0x01, 0x10, 0x01]);
    }

    [Fact]
    public void A_header_may_grow_from_field_100_on()
    {
        byte[] grown = [.. Header, 0xA0, 0x06, 0x01, 0xAA, 0x06, 0x01, 0x00, 0xB1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xBD, 0x06, 1, 2, 3, 4]; // 100 to 103, each with another wire type

        var layout = ModelLayout.Read([.. Part(1, grown), .. Part(2, Tensor)]);

        layout.Header.Name.Should().Be("news_wizard");
        layout.Header.ToByteArray().Should().Equal(grown);
    }

    [Fact]
    public void Another_format_is_named_before_anything_else_is_judged() =>
        Refused("byte *: the file has format 9; this version reads format 1.", Part(1, [0x78, 0x05, 0x70, 0x09]), [0x01, 0x02]);

    [Fact]
    public void A_field_of_a_tensor_stands_there_once_with_its_own_type()
    {
        RefusedInTensor("byte *: tensor 'weights' has more than one name.", [0x0A, 0x01, (byte)'a']);
        RefusedInTensor("byte *: tensor 'weights' has more than one shape.", [0x12, 0x01, 0x01]);
        RefusedInTensor("byte *: shape of tensor 'weights' has wire type 0; expected 2.", [0x10, 0x01], without: 2);
        RefusedInTensor("byte *: tensor 'weights' has more than one row_stride.", [0x18, 0x10]);
        RefusedInTensor("byte *: tensor 'weights' has more than one padding.", [0x72, 0x00]);
        RefusedInTensor("byte *: tensor 'weights' has values twice; expected one of f32, u32 and raw, once.", [0x7A, 0x04, 0, 0, 0, 0]);
        RefusedInTensor("byte *: f32 of tensor 'weights' has wire type 5; expected 2.", [0x7D, 0, 0, 0, 0], without: 15);
        RefusedInTensor("byte *: tensor 'weights' has 3 bytes of f32; 2 rows of 16 make 128.", [0x7A, 0x03, 0, 0, 0], without: 15);
        RefusedInTensor("byte *: tensor 'weights' has a field 4, which format 1 does not know.", [0x20, 0x01]);
        RefusedInTensor("byte *: tensor 'weights' has a field 100, which format 1 does not know.", [0xA0, 0x06, 0x01]);
    }

    private static void RefusedInHeader(string message, byte[]? extra = null, byte[]? replaceName = null)
    {
        byte[] header = replaceName is null ? Header : [.. replaceName, .. Header.AsSpan(2 + "news_wizard".Length)];
        Refused(message, Part(1, [.. header, .. extra ?? []]), Part(2, Tensor));
    }

    private static void RefusedInTensor(string message, byte[] extra, int without = 0)
    {
        var tensor = Wire.Tensor.Parser.ParseFrom(Tensor);
        tensor.Padding = ByteString.CopyFrom(0);
        if (without == 2) tensor.Shape.Clear();
        if (without == 15) tensor.F32.Clear();
        Refused(message, Part(1, Header), Part(2, [.. tensor.ToByteArray(), .. extra]));
    }

    private static byte[] Part(int field, byte[] body)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(body));
        }
        return stream.ToArray();
    }

    private static void Refused(string message, params byte[][] parts)
    {
        var read = () => ModelLayout.Read([.. parts.SelectMany(p => p)]);
        read.Should().Throw<InvalidModelException>().WithMessage(message);
    }
}
