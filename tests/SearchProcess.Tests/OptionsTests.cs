using Delivery.TestKit;

namespace Delivery.SearchProcess.Tests;

public sealed class OptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_arguments_the_files_of_the_sources_are_taken()
    {
        var options = Options.Parse([]);

        options.ApplyModels.Should().EndWith("samples/SearchProcess/apply-models.json");
        options.Catalogue.Should().EndWith("data/online-retail/catalogue.csv.gz");
        options.Url.Should().Be("http://127.0.0.1:5080");
    }

    [Theory]
    [InlineData("--fast-date x", "'--fast-date' is not known*")]
    [InlineData("--fast-data", "--fast-data has no value.")]
    [InlineData("--catalogue nowhere.csv", "*no file 'nowhere.csv'*")]
    [InlineData("--apply-models nowhere.json", "*no file 'nowhere.json'*")]
    [InlineData("--urls 5080", "--urls is '5080'; expected one address such as*")]
    [InlineData("--urls https://localhost:5081", "--urls is 'https://localhost:5081'*")]
    public void A_mistake_is_named(string arguments, string expected)
    {
        var parse = () => Options.Parse(arguments.Split(' '));

        parse.Should().Throw<ArgumentException>().WithMessage(expected);
    }

    [Fact]
    public async Task A_wrong_command_line_ends_the_process_with_2_and_help_with_0()
    {
        using var wrong = Shop.Run(_folder.Path, "--port", "1");
        using var help = Shop.Run(_folder.Path, "--help");

        var (ended, helped) = (await wrong.EndAsync(), await help.EndAsync());

        ended.ExitCode.Should().Be(2);
        ended.Errors.Should().Be("'--port' is not known; --help says what is.\n");
        helped.ExitCode.Should().Be(0);
        helped.Output.Should().Contain("--fast-data DIR").And.Contain("--urls URL");
    }

    [Fact]
    public async Task An_address_in_use_ends_the_process_with_1_and_says_which()
    {
        using var first = Shop.Run(_folder.Path, "--urls", "http://127.0.0.1:0", "--log", "log1");
        var address = (await first.LineWithAsync("Listening on "))["Listening on ".Length..];
        using var second = Shop.Run(_folder.Path, "--urls", address, "--log", "log2");

        var result = await second.EndAsync();

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Be($"Failed to bind to address {address}: address already in use.\n");
        result.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_log_folder_in_use_ends_the_process_with_1_and_names_the_file()
    {
        using var first = Shop.Run(_folder.Path, "--urls", "http://127.0.0.1:0");
        await first.LineWithAsync("Listening on ");
        using var second = Shop.Run(_folder.Path, "--urls", "http://127.0.0.1:0");

        var result = await second.EndAsync();

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Contain("outcomes.jsonl.lock").And.Contain("another process");
    }

    [Theory]
    [InlineData(2)] // SIGINT, which Ctrl-C sends
    [InlineData(15)] // SIGTERM
    public async Task A_signal_ends_it_cleanly(int signal)
    {
        using var process = Shop.Run(_folder.Path, "--urls", "http://127.0.0.1:0");
        await process.LineWithAsync("Listening on ");

        process.Signal(signal);

        var result = await process.EndAsync();
        result.ExitCode.Should().Be(0);
        result.Errors.Should().BeEmpty();
    }
}
