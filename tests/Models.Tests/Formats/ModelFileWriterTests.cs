using Delivery.Models.Bits;
using Delivery.Models.Formats;
using Delivery.Models.Wire;
using Google.Protobuf;

namespace Delivery.Models.Tests.Formats;

public sealed class ModelFileWriterTests
{
    [Fact]
    public void What_was_written_is_read_back()
    {
        var header = SampleModels.Header(11, 601);
        var weights = SampleModels.Weights(1, 11, 601);

        var file = ModelFileWriter.Write(header, weights);
        var layout = ModelLayout.Read(file);

        header.Format = 1;
        layout.Header.Should().Be(header);
        var tensor = layout.Tensors.Should().ContainSingle().Subject;
        tensor.Should().BeEquivalentTo(new { weights.Name, weights.Shape, RowStride = 608, Type = TensorType.F32, Count = 11 * 608 });
        for (var row = 0; row < 11; row++)
        {
            tensor.Floats(file).Slice(row * 608, 601).SequenceEqual(weights.Values.Span.Slice(row * 601, 601)).Should().BeTrue();
            tensor.Floats(file).Slice((row * 608) + 601, 7).ToArray().Should().OnlyContain(v => v == 0);
        }
    }

    [Fact]
    public void The_bytes_are_those_of_a_protobuf_library()
    {
        for (var features = 2; features <= 300; features++)
        {
            var file = SampleModels.Linear(features, 2 + (features % 7), features);
            Model.Parser.ParseFrom(file).ToByteArray().Should().Equal(file, "of {0} features", features);
        }
    }

    [Fact]
    public void Values_of_every_tensor_start_at_a_multiple_of_64_bytes()
    {
        // Name lengths move the start through every remainder; value lengths move every varint over its steps.
        foreach (var values in (int[])[1, 8, 16, 17, 31, 32, 33, 500, 4064, 4080, 4096, 524_288])
        {
            for (var length = 1; length <= 128; length += values > 10_000 ? 9 : 1)
            {
                var tensor = new FloatTensor(new string('a', length), [values], new float[values]);
                var other = new FloatTensor("other", [3, 2], new float[6]);
                var file = ModelFileWriter.Write(SampleModels.Header(2, 5), tensor, other);
                var layout = ModelLayout.Read(file);
                layout.Tensors.Select(t => t.Offset % 64).Should().Equal([0, 0], "of {0} values under a name of {1}", values, length);
                Model.Parser.ParseFrom(file).Tensors.Should().OnlyContain(t => t.Padding.Length <= 127);
            }
        }
    }

    [Fact]
    public void Padding_is_the_smallest_that_aligns()
    {
        for (var length = 1; length <= 64; length++)
        {
            var message = Model.Parser.ParseFrom(ModelFileWriter.Write(SampleModels.Header(2, 5), new FloatTensor(new string('a', length), [40], new float[40])));
            for (var less = message.Tensors[0].Padding.Length - 1; less >= 0; less--)
            {
                message.Tensors[0].Padding = ByteString.CopyFrom(new byte[less]);
                (ModelLayout.Read(message.ToByteArray()).Tensors[0].Offset % 64).Should().NotBe(0, "with {0} bytes under a name of {1}", less, length);
            }
        }
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes_and_the_callers_header_is_left_alone()
    {
        var header = SampleModels.Header(3, 20);
        var before = header.Clone();

        var first = ModelFileWriter.Write(header, SampleModels.Weights(2, 3, 20));
        var second = ModelFileWriter.Write(header.Clone(), SampleModels.Weights(2, 3, 20));

        second.Should().Equal(first);
        header.Should().Be(before);
    }

    [Fact]
    public void A_tensor_may_have_one_to_four_dimensions()
    {
        var values = Workload.Floats(new Random(3), 24);
        FloatTensor[] tensors = [new("one", [24], values), new("two", [4, 6], values), new("three", [2, 3, 4], values), new("four", [2, 1, 3, 4], values)];

        var layout = ModelLayout.Read(ModelFileWriter.Write(SampleModels.Header(2, 5), tensors));

        layout.Tensors.Select(t => t.Count).Should().Equal(32, 4 * 16, 6 * 16, 6 * 16);
        layout.Tensors.Select(t => t.Shape).Should().BeEquivalentTo(tensors.Select(t => t.Shape), o => o.WithStrictOrdering());
    }

    [Fact]
    public void A_tensor_that_a_reader_would_refuse_is_refused()
    {
        Refused("A tensor is called 'a b'; expected 1 to 128 characters*", new FloatTensor("a b", [1], new float[1]));
        Refused("The tensor 'a' has 0 dimensions; expected 1 to 4.", new FloatTensor("a", [], new float[1]));
        Refused("The tensor 'a' has 5 dimensions; expected 1 to 4.", new FloatTensor("a", [1, 1, 1, 1, 1], new float[1]));
        Refused("The tensor 'a' has a dimension of 0; expected at least 1.", new FloatTensor("a", [2, 0], new float[1]));
        Refused("The tensor 'a' has the shape [65536, 65536], more values than a file can hold.", new FloatTensor("a", [65536, 65536], new float[1]));
        Refused("The tensor 'a' of shape [2, 3] has 5 values; expected 6.", new FloatTensor("a", [2, 3], new float[5]));
        Refused("Value 2 of the tensor 'a' is NaN; expected a finite number.", new FloatTensor("a", [3], new[] { 0, 1, float.NaN }));
        Refused("Value 0 of the tensor 'a' is Infinity; expected a finite number.", new FloatTensor("a", [1], new[] { float.PositiveInfinity }));
        Refused("Two tensors are called 'a'.", new FloatTensor("a", [1], new float[1]), new FloatTensor("a", [1], new float[1]));
        Refused("There are 0 tensors; expected 1 to 64.");
        Refused("There are 65 tensors; expected 1 to 64.", [.. Enumerable.Range(0, 65).Select(i => new FloatTensor($"t{i}", [1], new float[1]))]);
        Refused("The tensor 'a' needs 6710886400 bytes; a file has at most 2147483591.", new FloatTensor("a", [100 << 20, 1], new float[100 << 20]));
    }

    [Fact]
    public void A_header_that_a_reader_would_refuse_is_refused()
    {
        var header = SampleModels.Header(2, 5);
        header.ClassCount = 1;
        var write = () => ModelFileWriter.Write(header, SampleModels.Weights(1, 2, 5));

        write.Should().Throw<InvalidModelException>().WithMessage("The header's class_count will not do. It is 1; expected 2 to 65536.");
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        var header = SampleModels.Header(2, 5);
        header.Intent = "news\ud83d";
        var write = () => ModelFileWriter.Write(header, SampleModels.Weights(1, 2, 5));

        write.Should().Throw<InvalidModelException>().WithMessage("*half a character*");
    }

    private static void Refused(string message, params FloatTensor[] tensors)
    {
        var write = () => ModelFileWriter.Write(SampleModels.Header(2, 5), tensors);
        write.Should().Throw<InvalidModelException>().WithMessage(message);
    }
}
