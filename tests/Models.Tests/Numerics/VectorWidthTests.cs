using Delivery.Models.Bits;

namespace Delivery.Models.Tests.Numerics;

/// <summary>A process has one vector width, so the others are tried in children with the switches of .NET.</summary>
public sealed class VectorWidthTests
{
    /// <summary>Changes only with the arithmetic itself, and then models learned before no longer score as they did.</summary>
    private const string Digest = "C27425020584E1A369D9F89194AC61037F494F282BC79724BAD61F3E5B90CF36";

    [Fact]
    public void This_process_gives_the_known_bits() => Workload.Digest().Should().Be(Digest);

    [Theory]
    [InlineData("", "", 512)]
    [InlineData("DOTNET_TieredCompilation", "0", 512)]
    [InlineData("DOTNET_PreferredVectorBitWidth", "512", 512)] // .NET leaves AVX-512 alone on processors that slow down with it
    [InlineData("DOTNET_EnableAVX512", "0", 256)]
    [InlineData("DOTNET_EnableAVX2", "0", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", "0", 0)]
    public void Every_vector_width_gives_the_known_bits(string variable, string value, int widest)
    {
        var output = RunChild(variable, value);

        output["digest"].Should().Be(Digest);
        foreach (var width in (int[])[128, 256, 512])
        {
            var accelerated = width <= widest && HasWidth(width, variable);
            output[$"{width}"].Should().Be(accelerated.ToString(), "of vectors of {0} bits with {1}={2}", width, variable, value);
        }
    }

    /// <summary>What a child without switches says; asked for 512 bits, .NET takes them wherever the processor has them.</summary>
    private static bool HasWidth(int width, string variable) =>
        bool.Parse(RunChild("", "")[width == 512 && variable == "DOTNET_PreferredVectorBitWidth" ? "avx512" : $"{width}"]);

    private static Dictionary<string, string> RunChild(string variable, string value)
    {
        var switches = new Dictionary<string, string>(StringComparer.Ordinal);
        if (variable.Length > 0) switches.Add(variable, value);
        return ExternalTool.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "Delivery.Models.Bits.dll")], environment: switches).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
    }
}
