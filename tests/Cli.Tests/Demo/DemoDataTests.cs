using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class DemoDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Other_files_of_the_same_names_are_found_wherever_they_lie_in_the_folder()
    {
        var shipped = ShippedData.Locate();
        Directory.CreateDirectory(_folder["deep/er"]);
        File.Copy(Path.Combine(shipped, UpworthyTests.File), _folder["arms_2014-09.csv.gz"]);
        foreach (var policy in Enum.GetValues<OpenBanditPolicy>())
        {
            File.Copy(Path.Combine(shipped, OpenBandit.File(policy)), Path.Combine(_folder["deep/er"], Path.GetFileName(OpenBandit.File(policy))));
        }

        var data = DemoData.Load(_folder.Path);

        data.Tests.Should().HaveCount(1904);
        data.Logs[OpenBanditPolicy.Bts].Count(row => row.Clicked).Should().Be(69);
        data.Logs[OpenBanditPolicy.Random].Count(row => row.Clicked).Should().Be(46);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_the_pattern()
    {
        var load = () => DemoData.Load(_folder.Path);

        load.Should().Throw<VerbException>().WithMessage($"'{_folder.Path}' holds no file arms_*.csv.gz; expected one, in it or below.");
    }

    [Fact]
    public void Two_files_of_one_kind_are_an_error_that_names_both()
    {
        foreach (var name in new[] { "arms_a.csv.gz", "arms_b.csv.gz" }) File.Copy(Path.Combine(ShippedData.Locate(), UpworthyTests.File), _folder[name]);

        var load = () => DemoData.Load(_folder.Path);

        load.Should().Throw<VerbException>().WithMessage("*holds 2 files arms_*.csv.gz: *arms_a.csv.gz, *arms_b.csv.gz; expected one.");
    }

    [Fact]
    public void A_missing_folder_is_an_error_that_names_it()
    {
        var load = () => DemoData.Load(_folder["nowhere"]);

        load.Should().Throw<VerbException>().WithMessage("There is no folder '*nowhere'*");
    }
}
