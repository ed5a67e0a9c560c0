using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Delivery.TestKit;

namespace Delivery.SearchProcess.Tests;

/// <summary>The made-up visitors of samples/python, in the real shop.</summary>
[Collection(ShopGroup.Name)]
public sealed class VisitorsTests(Shop shop)
{
    private const int Interrupt = 2;

    [Fact]
    public async Task They_search_and_click_what_they_prefer_as_browsers_do()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 0));
        var before = shop.Outcomes().Count;

        var result = await RunAsync("--requests", "20", "--clicks", "1", "--seed", "3");

        (result.ExitCode, result.Errors).Should().Be((0, ""));
        var outcomes = shop.Outcomes().Skip(before).ToList();
        var shows = Of(outcomes, "show");
        shows.Should().HaveCount(20);
        shows.Select(show => show.GetProperty("user").GetString()).Should().OnlyHaveUniqueItems();
        var withBargains = shows.Where(show => show.GetProperty("blocks").EnumerateArray().Any(block => block.GetProperty("intent").GetString() == Shop.BargainIntent)).ToList();
        withBargains.Should().NotBeEmpty();
        var bargains = Of(outcomes, "click").Where(click => click.GetProperty("intent").GetString() == Shop.BargainIntent).ToList();
        bargains.Select(RequestOf).Should().Equal(withBargains.Select(RequestOf), "they stand at the top, and who sees them clicks on them");
        bargains.Should().OnlyContain(click => click.GetProperty("place").GetInt32() == 0);
        result.Output.Should().StartWith($"20 searches, {withBargains.Count} pages with BARGAIN_WIZARD, at place 0.0 on average, {Of(outcomes, "click").Count} clicks, value of a page ");
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_visitors()
    {
        await RunAsync("--requests", "5", "--clicks", "0", "--seed", "8");
        var first = Queries();
        await RunAsync("--requests", "5", "--clicks", "0", "--seed", "8");
        var second = Queries();
        await RunAsync("--requests", "5", "--clicks", "0", "--seed", "9");

        second.Should().Equal(first);
        Queries().Should().NotEqual(first);

        List<(string?, string?)> Queries() => [.. Of(shop.Outcomes(), "show").TakeLast(5).Select(show => (show.GetProperty("user").GetString(), show.GetProperty("query").GetString()))];
    }

    [Fact]
    public async Task A_shop_that_is_away_is_told_with_what_to_type()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and nobody listens: as long as it is ours, nobody else will
        using var visitors = Start($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}");

        var result = await visitors.EndAsync();

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().StartWith("The shop at http://127.0.0.1:").And.Contain("Start it first").And.Contain("dotnet run --project samples/SearchProcess").And.NotContain("Traceback");
    }

    [Theory]
    [InlineData("127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:shop")]
    [InlineData("http://127.0.0.1:70000")]
    [InlineData("http://[::1")]
    [InlineData("http://a..b")]
    [InlineData("http://a b")]
    public async Task An_address_that_is_none_is_told(string address)
    {
        using var visitors = Start(address);

        var result = await visitors.EndAsync();

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.TrimEnd().Should().Be($"The address of the shop is {address}; it must be like http://127.0.0.1:5080.");
    }

    [SkippableFact]
    public async Task Interrupted_they_say_what_they_did()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        var before = shop.Outcomes().Count;
        using var visitors = Start(shop.Address.ToString(), "--rate", "0.01", "--clicks", "0"); // the second search would come after 100 s
        await Shop.UntilAsync(() => Task.FromResult(shop.Outcomes().Count > before));

        visitors.Signal(Interrupt);

        var result = await visitors.EndAsync();
        (result.ExitCode, result.Errors).Should().Be((130, ""));
        result.Output.Should().MatchRegex("^[01] searches, ");
    }

    [Theory]
    [InlineData(2, "argument --requests: 0 is no number from 1 to 10000000", "--requests", "0")]
    [InlineData(2, "argument --rate: fast is no number from 0 to 100000", "--rate", "fast")]
    [InlineData(2, "argument --clicks: 1.5 is no number from 0 to 1", "--clicks", "1.5")]
    [InlineData(1, "The shop does not understand the flag", "--flag", """scheme_Local/BlenderOnlineLearning/ApplyModels/bargain_position={"Intend":"BARGAIN_WIZARD"}""")]
    public async Task Mistakes_are_told(int exitCode, string expected, params string[] arguments)
    {
        var result = await RunAsync(arguments);

        (result.ExitCode, result.Output).Should().Be((exitCode, ""));
        result.Errors.Should().Contain(expected).And.NotContain("Traceback");
    }

    [Fact]
    public async Task Help_has_every_option()
    {
        var result = await RunAsync("--help");

        result.ExitCode.Should().Be(0);
        result.Output.Should().ContainAll("--requests N", "--rate R", "--clicks P", "--prefer INTENT", "--seed S", "--flag FLAG", "URL", "Each visitor searches once");
    }

    private async Task<DeliveryProcess.Result> RunAsync(params string[] arguments)
    {
        using var visitors = Start([shop.Address.ToString(), .. arguments]);
        return await visitors.EndAsync();
    }

    private static DeliveryProcess Start(params string[] arguments) =>
        DeliveryProcess.StartProgram(["python3", Path.Combine(Root(), "samples", "python", "visitors.py"), .. arguments], Path.GetTempPath(), new Dictionary<string, string>());

    private static List<JsonElement> Of(IEnumerable<JsonElement> outcomes, string kind) => [.. outcomes.Where(line => line.GetProperty("event").GetString() == kind)];

    private static string? RequestOf(JsonElement line) => line.GetProperty("request").GetString();

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Delivery.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Delivery.sln was not found above the tests.");
        return folder;
    }
}
