using System.Globalization;
using System.Text.RegularExpressions;
using Delivery.Models.Formats;
using Delivery.TestKit;

namespace Delivery.Models.Tests.Formats;

/// <summary>Programs that know nothing but model.proto read the same values.</summary>
public sealed partial class OtherReadersTests
{
    private const string ProtoFile = "delivery/v1/model.proto";

    private static readonly string ProtoRoot = Path.Combine(AppContext.BaseDirectory, "proto");

    [Fact]
    public void Protoc_decodes_the_same_values()
    {
        var file = SampleModels.Linear(8, 3, 20);

        var text = ExternalTool.Run("protoc", [$"--proto_path={ProtoRoot}", "--decode=delivery.v1.Model", ProtoFile], input: file).Text;

        Field(text, "name").Should().Equal("\"news_wizard\"", "\"bias\"", "\"query\"", "\"weights\"");
        Field(text, "kind").Should().Equal("\"linear_softmax\"");
        Field(text, "format").Should().Equal("1");
        Field(text, "class_count").Should().Equal("3");
        Field(text, "request_count").Should().Equal("123456789012");
        Field(text, "config_hash").Should().Equal("18364758544493064720");
        Field(text, "shape").Should().Equal("3", "20");
        Field(text, "row_stride").Should().Equal("32");
        Field(text, "f32").Select(v => Bits(float.Parse(v, CultureInfo.InvariantCulture))).Should().Equal(ValuesOf(file));
        UnknownField().IsMatch(text).Should().BeFalse("every field has a name");
    }

    [Fact]
    public void Python_reads_the_same_values()
    {
        const string script = """
            import struct, sys
            sys.path.insert(0, sys.argv[1])
            from delivery.v1 import model_pb2
            model = model_pb2.Model.FromString(sys.stdin.buffer.read())
            print(model.header.name, model.header.kind, model.header.format, model.header.config_hash)
            print(model.header.created.ToNanoseconds(), model.header.intent.encode('utf-8').hex())
            print(*[f'{s.name}:{s.count}' for s in model.header.sources])
            for t in model.tensors:
                print(t.name, list(t.shape), t.row_stride)
                print(*[struct.unpack('<i', struct.pack('<f', v))[0] for v in t.f32])
            """;
        var file = SampleModels.Linear(9, 3, 20);
        using var folder = new TemporaryFolder();
        ExternalTool.Run("protoc", [$"--proto_path={ProtoRoot}", $"--python_out={folder.Path}", ProtoFile]);

        var lines = ExternalTool.Run("/usr/bin/python3", ["-c", script, folder.Path], input: file).Text.Split('\n');

        lines[0].Should().Be("news_wizard linear_softmax 1 18364758544493064720");
        lines[1].Should().Be($"1780000000000000005 {Convert.ToHexStringLower("новости"u8)}");
        lines[2].Should().Be("bias:1 query:19");
        lines[3].Should().Be("weights [3, 20] 32");
        lines[4].Split(' ').Select(v => int.Parse(v, CultureInfo.InvariantCulture)).Should().Equal(ValuesOf(file));
    }

    private static int[] ValuesOf(byte[] file) => [.. ModelLayout.Read(file).Tensors[0].Floats(file).ToArray().Select(Bits)];

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private static IEnumerable<string> Field(string text, string name) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith($"{name}: ", StringComparison.Ordinal)).Select(line => line[(name.Length + 2)..]);

    [GeneratedRegex(@"^\s*\d+[:\s]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex UnknownField();
}
