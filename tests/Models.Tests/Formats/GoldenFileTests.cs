using Delivery.Models.Formats;
using Delivery.Models.Kinds;

namespace Delivery.Models.Tests.Formats;

/// <summary>
/// A file that version 0.1 wrote. Later versions must go on reading it, with the same scores, for as long as they accept
/// format 1; and as long as they write format 1 they must write these bytes.
/// </summary>
public sealed class GoldenFileTests
{
    private static readonly byte[] File = System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "model-format-1.pb"));

    [Fact]
    public void The_golden_file_is_read()
    {
        var layout = ModelLayout.Read(File);

        layout.Header.Should().Be(Expected().Header);
        layout.Tensors[0].Should().BeEquivalentTo(new { Name = "weights", Shape = (int[])[3, 20], RowStride = 32, Type = TensorType.F32, Count = 96 });
        layout.Tensors[0].Floats(File)[..20].ToArray().Should().Equal(Expected().Weights.Values[..20].ToArray());
    }

    [Fact]
    public void The_golden_file_has_its_scores()
    {
        var scorer = ModelKind.Find("linear_softmax")!.CreateScorer(ModelLayout.Read(File));
        var scores = new float[3];
        scorer.Score(File, Enumerable.Range(0, 20).Select(i => (i - 7) / 3f).ToArray(), scores);

        scores.Select(BitConverter.SingleToUInt32Bits).Should().Equal(0x410C0001, 0xC090AAAC, 0x40F40000); // 8.750001, -4.520834, 7.625
    }

    [Fact]
    public void The_writer_writes_the_golden_file()
    {
        var (header, weights) = Expected();

        ModelFileWriter.Write(header, weights).Should().Equal(File);
    }

    private static (Wire.ModelHeader Header, FloatTensor Weights) Expected()
    {
        var header = SampleModels.Header(3, 20);
        header.Format = 1;
        return (header, new FloatTensor("weights", [3, 20], Enumerable.Range(0, 60).Select(i => (((i * 37) % 61) - 30) / 16f).ToArray()));
    }
}
