using Delivery.Models.Formats;
using Delivery.Models.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Models.Tests.Formats;

public sealed class ModelLayoutTests
{
    [Fact]
    public void Tensors_of_every_type_are_found_without_padding_too()
    {
        var layout = ModelLayout.Read(SampleModels.Mixed(4));

        layout.Tensors.Select(t => (t.Name, t.Type, t.RowStride, t.Count)).Should()
            .Equal(("weights", TensorType.F32, 16, 32), ("buckets", TensorType.U32, 16, 32), ("tree", TensorType.Raw, 7, 7));
    }

    [Fact]
    public void A_tensor_is_found_by_name()
    {
        var layout = ModelLayout.Read(SampleModels.Mixed(4));
        var missing = () => layout.Tensor("leaves");

        layout.Tensor("buckets").Should().BeSameAs(layout.Tensors[1]);
        missing.Should().Throw<InvalidModelException>().WithMessage("The model 'news_wizard' of kind 'linear_softmax' has no tensor 'leaves'.");
    }

    [Fact]
    public void The_outline_says_what_the_header_says()
    {
        var file = SampleModels.Linear(1, 11, 33);
        var header = ModelLayout.Read(file).Header;
        var outline = ModelOutline.Read(file);

        (outline.NameText, outline.KindText, outline.ModelVersion, outline.RequestCount).Should().Be((header.Name, header.Kind, header.ModelVersion, header.RequestCount));
        (outline.ClassCount, outline.FeatureCount).Should().Be(((int)header.ClassCount, (int)header.FeatureCount));
        (outline.Created, outline.TrainedUntil).Should().Be((header.Created.ToDateTimeOffset(), header.TrainedUntil.ToDateTimeOffset()));
        outline.Tensors.Should().BeEquivalentTo(ModelLayout.Read(file).Tensors);
    }

    [Fact]
    public void The_outline_knows_times_before_1970_and_those_that_are_not_there()
    {
        var header = SampleModels.Header(2, 3);
        (header.Created, header.TrainedUntil) = (new Timestamp { Seconds = -62_135_596_800, Nanos = 999_999_999 }, null);
        var outline = ModelOutline.Read(ModelFileWriter.Write(header, SampleModels.Weights(1, 2, 3)));

        outline.Created.Should().Be(header.Created.ToDateTimeOffset());
        outline.TrainedUntil.Should().BeNull();
    }

    [Fact]
    public void Numbers_of_another_type_are_not_handed_out_as_floats()
    {
        var file = SampleModels.Mixed(4);
        var layout = ModelLayout.Read(file);
        var floats = () => layout.Tensor("buckets").Floats(file).Length;

        floats.Should().Throw<InvalidModelException>().WithMessage("The tensor 'buckets' holds U32, not F32.");
    }

    public static TheoryData<string, string> BadHeaders => new()
    {
        { "name", "The header's name will not do. A model name is empty." },
        { "kind", "The header's kind will not do. It is 'Linear'; expected 1 to 64 characters of a-z 0-9 _." },
        { "classes", "The header's class_count will not do. It is 65537; expected 2 to 65536." },
        { "no features", "The header's feature_count will not do. It is 0; expected 1 to 16777216." },
        { "features", "The header's feature_count will not do. It is 16777217; expected 1 to 16777216." },
        { "sum", "The header's feature_count will not do. It is 6; the sources have 5." },
        { "wrapping sum", "The header's feature_count will not do. It is 5; the sources have 4294967301." },
        { "no sources", "The header's sources will not do. There are 0; expected 1 to 1024." },
        { "many sources", "byte *: the header has more than 1024 sources." },
        { "source name", "The header's sources will not do. One is called 'a-b'; expected 1 to 128 characters of A-Z a-z 0-9 _." },
        { "same source", "The header's sources will not do. Two are called 'bias'." },
        { "empty source", "The header's sources will not do. 'query' has a count of 0; expected at least 1." },
        { "seconds", "The header's created will not do. It is 253402300800 s and 5 ns; expected -62135596800 to 253402300799 s and 0 to 999999999 ns." },
        { "nanos", "The header's trained_until will not do. It is 1779999000 s and 1000000000 ns; expected *" },
        { "negative nanos", "byte *: nanos of trained_until is 18446744073709551615, a number of more than 32 bits." },
        { "no format", "byte *: the header has no format; this version reads format 1." },
        { "format", "byte *: the file has format 2; this version reads format 1." },
        { "long", "byte 0: the header has * bytes; expected at most 1048576." },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_header_out_of_range_is_refused_by_name(string what, string message)
    {
        var model = SampleModels.Message(5, 2, 5);
        var header = model.Header;
        Action change = what switch
        {
            "name" => () => header.Name = "",
            "kind" => () => header.Kind = "Linear",
            "classes" => () => header.ClassCount = 65_537,
            "no features" => () => header.FeatureCount = 0,
            "features" => () => header.FeatureCount = (1 << 24) + 1,
            "sum" => () => header.FeatureCount = 6,
            "wrapping sum" => () => header.Sources.Add(new FeatureSource { Name = "wrap1", Count = uint.MaxValue }),
            "no sources" => header.Sources.Clear,
            "many sources" => () => header.Sources.Add(Enumerable.Range(0, 1023).Select(i => new FeatureSource { Name = $"s{i}", Count = 1 })),
            "source name" => () => header.Sources[1].Name = "a-b",
            "same source" => () => header.Sources[1].Name = "bias",
            "empty source" => () => header.Sources[1].Count = 0,
            "seconds" => () => header.Created.Seconds = 253_402_300_800,
            "nanos" => () => header.TrainedUntil.Nanos = 1_000_000_000,
            "negative nanos" => () => header.TrainedUntil.Nanos = -1,
            "no format" => () => header.Format = 0,
            "format" => () => header.Format = 2,
            "long" => () => header.Intent = new string('x', 1 << 20),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such case"),
        };
        if (what == "wrapping sum") header.Sources[1].Count = 5;
        change();
        Refused(model.ToByteArray(), message);
    }

    public static TheoryData<string, string> BadTensors => new()
    {
        { "none", "byte *: the file has no tensor." },
        { "many", "byte *: the file has more than 64 tensors." },
        { "same name", "byte *: the file has two tensors 'weights'." },
        { "no name", "byte *: tensor 0 has no name." },
        { "bad name", "byte *: tensor 0 has a name that is not 1 to 128 characters of A-Z a-z 0-9 _." },
        { "no shape", "byte *: tensor 'weights' has 0 dimensions; expected 1 to 4." },
        { "long shape", "byte *: tensor 'weights' has more than 4 dimensions." },
        { "zero", "byte *: tensor 'weights' has a dimension of 0; expected at least 1." },
        { "huge dimension", "byte *: shape of tensor 'weights' has 4294967295, more than a file can hold." },
        { "huge shape", "byte *: tensor 'weights' has the shape [2147483647, 2147483647], more values than a file can hold." },
        { "stride", "byte *: tensor 'weights' has a row stride of 17; expected a multiple of 16." },
        { "short stride", "byte *: tensor 'weights' has a row stride of 0; its rows have 5 values." },
        { "count", "byte *: tensor 'weights' has 132 bytes of f32; 2 rows of 16 make 128." },
        { "two types", "byte *: tensor 'weights' has values twice; expected one of f32, u32 and raw, once." },
        { "no values", "byte *: tensor 'weights' has no values; expected one of f32, u32 and raw." },
        { "padding", "byte *: tensor 'weights' has padding that is not zero." },
        { "long padding", "byte *: tensor 'weights' has 256 bytes of padding; expected at most 255." },
        { "NaN", "byte *: value 17 of tensor 'weights' is NaN; expected a finite number." },
        { "infinity", "byte *: value 3 of tensor 'weights' is -Infinity; expected a finite number." },
        { "row end", "byte *: the padding of row 1 of tensor 'weights' is not zero." },
        { "negative zero", "byte *: the padding of row 0 of tensor 'weights' is not zero." },
    };

    [Theory]
    [MemberData(nameof(BadTensors))]
    public void A_tensor_that_does_not_fit_is_refused_by_name(string what, string message)
    {
        var model = SampleModels.Message(6, 2, 5);
        var tensor = model.Tensors[0];
        Action change = what switch
        {
            "none" => model.Tensors.Clear,
            "many" => () => model.Tensors.Add(Enumerable.Range(0, 64).Select(i => new Tensor(tensor) { Name = $"t{i}" })),
            "same name" => () => model.Tensors.Add(tensor.Clone()),
            "no name" => () => tensor.Name = "",
            "bad name" => () => tensor.Name = "Gewichte für alle",
            "no shape" => tensor.Shape.Clear,
            "long shape" => () => tensor.Shape.Add([1, 1, 1]),
            "zero" => () => tensor.Shape[0] = 0,
            "huge dimension" => () => tensor.Shape[0] = uint.MaxValue,
            "huge shape" => () => (tensor.Shape[0], tensor.Shape[1]) = (int.MaxValue, int.MaxValue),
            "stride" => () => tensor.RowStride = 17,
            "short stride" => () => tensor.RowStride = 0,
            "count" => () => tensor.F32.Add(0),
            "two types" => () => tensor.U32.Add(1),
            "no values" => tensor.F32.Clear,
            "padding" => () => tensor.Padding = ByteString.CopyFrom(0, 0, 1),
            "long padding" => () => tensor.Padding = ByteString.CopyFrom(new byte[256]),
            "NaN" => () => tensor.F32[17] = float.NaN,
            "infinity" => () => tensor.F32[3] = float.NegativeInfinity,
            "row end" => () => tensor.F32[31] = 1e-30f,
            "negative zero" => () => tensor.F32[5] = -0f,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such case"),
        };
        change();
        Refused(model.ToByteArray(), message);
    }

    [Fact]
    public void An_error_names_the_byte_of_the_value()
    {
        var file = SampleModels.Linear(7, 2, 5);
        var at = ModelLayout.Read(file).Tensors[0].Offset + (3 * sizeof(float));
        BitConverter.TryWriteBytes(file.AsSpan(at), float.NaN);

        Refused(file, $"byte {at}: value 3 of tensor 'weights' is NaN; expected a finite number.");
    }

    private static void Refused(byte[] file, string message)
    {
        var read = () => ModelLayout.Read(file);
        read.Should().Throw<InvalidModelException>().WithMessage(message);
    }
}
