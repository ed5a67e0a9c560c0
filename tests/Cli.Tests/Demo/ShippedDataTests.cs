using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed partial class ShippedDataTests
{
    [Theory]
    [InlineData("upworthy", 1)]
    [InlineData("obd", 4)]
    public void Each_file_of_a_readme_has_the_hash_and_the_length_it_states(string folder, int files)
    {
        var path = Path.Combine(ShippedData.Locate(), folder);
        var stated = StatedFile().Matches(File.ReadAllText(Path.Combine(path, "README.md")));

        stated.Should().HaveCount(files);
        foreach (Match file in stated)
        {
            var bytes = File.ReadAllBytes(Path.Combine(path, file.Groups["name"].Value));
            bytes.Should().HaveCount(int.Parse(file.Groups["bytes"].Value), file.Value);
            Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(file.Groups["hash"].Value, file.Value);
        }
    }

    [Fact]
    public void Every_data_file_stands_in_a_readme()
    {
        var data = ShippedData.Locate();
        foreach (var file in Directory.EnumerateFiles(data, "*.csv*", SearchOption.AllDirectories))
        {
            var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "README.md"));
            readme.Should().Contain($"| `{Path.GetFileName(file)}` |");
        }
    }

    [Fact]
    public void Data_is_found_below_the_home_that_was_named()
    {
        using var home = new TemporaryFolder();
        Directory.CreateDirectory(home["data"]);

        ShippedData.Locate(home.Path, "/").Should().Be(home["data"]);
    }

    [Fact]
    public void A_home_without_data_is_an_error_that_names_it_and_no_other_place_is_tried()
    {
        using var home = new TemporaryFolder();

        var locate = () => ShippedData.Locate(home.Path, AppContext.BaseDirectory);

        locate.Should().Throw<DirectoryNotFoundException>().WithMessage($"DELIVERY_HOME is '{home.Path}'*");
    }

    [Fact]
    public void Data_is_found_above_the_running_program_when_no_home_is_named()
    {
        using var root = new TemporaryFolder();
        File.WriteAllText(root["Delivery.sln"], "");
        Directory.CreateDirectory(root["data"]);
        var program = Directory.CreateDirectory(root["src/Cli/bin/Release"]).FullName;

        ShippedData.Locate(null, program).Should().Be(root["data"]);
        ShippedData.Locate("", program).Should().Be(root["data"]);
    }

    [Fact]
    public void Sources_that_cannot_be_found_are_an_error_that_says_where_the_search_began()
    {
        using var elsewhere = new TemporaryFolder();

        var locate = () => ShippedData.Locate(null, elsewhere.Path);

        locate.Should().Throw<DirectoryNotFoundException>().WithMessage($"*'{elsewhere.Path}'*DELIVERY_HOME*");
    }

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \|[^|]*\| (?<bytes>\d+) \|[^|]*\| `(?<hash>[0-9a-f]{64})` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StatedFile();
}
