using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>The sample search process, the sample that learns from it, and the command line, as the sample's README tells to run them.</summary>
[Collection(BuildGroup.Name)]
public sealed partial class SearchLoopTests : IDisposable
{
    private const int Searches = 150;

    private static readonly string Readme = File.ReadAllText(Path.Combine(Sources.Root, "samples", "SearchProcess", "README.md"));

    /// <summary>The address that the README gives to see a model decide at once, with the reasons instead of the page.</summary>
    private static readonly string WithoutExploring = Readme[Readme.IndexOf("/?q=red+bag&flag=scheme_Local/BlenderOnlineLearning/ApplyModels/bargain_position={\"", StringComparison.Ordinal)..].Split('\n')[0].Replace("/?", "/explain?", StringComparison.Ordinal);

    private readonly TemporaryFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task What_users_click_decides_the_next_page_of_the_running_process()
    {
        using var search = Start(Command("samples/SearchProcess -c").Replace("5080", "0", StringComparison.Ordinal) + $" --log {_work["log"]}");
        var address = (await search.LineWithAsync("Listening on "))["Listening on ".Length..];
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        (await http.GetStringAsync("/explain?q=red+bag")).Should().Contain("No generation of models is loaded.");

        await ClickBargainsAsync(http);
        await ShouldBeLoggedAsync(http);
        var learned = await RunAsync(Command("samples/SearchLearn -c"));
        var updated = await RunAsync(Command("./delivery update"));

        learned.Output.Should().MatchRegex(@"bargain_position: \d+ decisions, \d+ with a click").And.Contain("new_arrivals_position: ");
        updated.Output.Should().Contain("2 accepted");
        await search.LineWithAsync("Epoch 1: 2 models.");
        var explained = await http.GetStringAsync("/explain?q=red+bag");
        explained.Should().Contain("Generation 1 is in use.").And.Contain("The model's best: class ");
        (await http.GetStringAsync(WithoutExploring)).Should().Contain("Generation 1 is in use.").And.Contain("nothing is left to chance");
        (await RunAsync(Command("./delivery events cat"))).Output.Should().Contain("BARGAIN_WIZARD");
    }

    [Fact]
    public async Task Made_up_visitors_find_what_they_like_further_up_once_it_was_learned()
    {
        using var search = Start(Command("samples/SearchProcess -c").Replace("5080", "0", StringComparison.Ordinal) + $" --log {_work["log"]}");
        var address = (await search.LineWithAsync("Listening on "))["Listening on ".Length..];

        using var http = new HttpClient { BaseAddress = new Uri(address) };
        var random = ValueOf(await RunAsync(Visitors("--requests 1500", "--requests 600", address)));
        await ShouldBeLoggedAsync(http);
        await RunAsync(Command("samples/SearchLearn -c"));
        await RunAsync(Command("./delivery update"));
        await search.LineWithAsync("Epoch 1: 2 models.");
        var learned = ValueOf(await RunAsync(Visitors("--requests 300", "--requests 200", address)));

        random.Should().BeInRange(0.02, 0.25, "all places are drawn alike");
        learned.Should().BeGreaterThan(1.5 * random, "seen: 4 times as much");
    }

    /// <summary>The command of the README with this text, for fewer visitors.</summary>
    private string Visitors(string text, string instead, string address)
    {
        var command = Command($"visitors.py http://127.0.0.1:5080 {text}");
        return command.Replace(text, instead, StringComparison.Ordinal).Replace("http://127.0.0.1:5080", address, StringComparison.Ordinal);
    }

    private static double ValueOf(DeliveryProcess.Result result) => double.Parse(Value().Match(result.Output).Groups["value"].Value, CultureInfo.InvariantCulture);

    /// <summary>Waits until all that was decided can be read in the log: it is written in the background.</summary>
    private static async Task ShouldBeLoggedAsync(HttpClient http)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            using var status = JsonDocument.Parse(await http.GetStringAsync("/status", limit.Token));
            var events = status.RootElement.GetProperty("events");
            if (events.GetProperty("written").GetInt64() == events.GetProperty("appended").GetInt64()) return;
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Users who want nothing but bargains.</summary>
    private static async Task ClickBargainsAsync(HttpClient http)
    {
        string[] words = ["heart", "bag", "christmas", "glass", "paper", "vintage", "card", "set", "red", "light"];
        for (var i = 0; i < Searches; i++)
        {
            using var search = new HttpRequestMessage(HttpMethod.Get, $"/?q={words[i % words.Length]}+{words[i / words.Length % words.Length]}");
            search.Headers.Add("Cookie", $"user={i:x8}");
            using var answer = await http.SendAsync(search);
            var page = await answer.Content.ReadAsStringAsync();
            if (BargainLink().Match(page) is not { Success: true } link) continue;
            using var clicked = await http.GetAsync(new Uri(link.Groups["address"].Value.Replace("&amp;", "&", StringComparison.Ordinal), UriKind.Relative));
            clicked.IsSuccessStatusCode.Should().BeTrue();
        }
    }

    /// <summary>The line of the README with this text, with a folder of this test.</summary>
    private string Command(string text)
    {
        var command = CommandLine().Matches(Readme).Select(match => match.Value.Trim('`')).First(line => line.Contains(text, StringComparison.Ordinal));
        return command.Replace("search-work", _work.Path, StringComparison.Ordinal);
    }

    private static DeliveryProcess Start(string command) => DeliveryProcess.StartProgram(["bash", "-c", command], Sources.Root, new Dictionary<string, string>());

    /// <summary>Runs it to its end, which hundreds of visits on a busy machine reach only after minutes.</summary>
    private static async Task<DeliveryProcess.Result> RunAsync(string command)
    {
        using var running = Start(command);
        var result = await running.EndAsync(within: TimeSpan.FromMinutes(15));
        result.ExitCode.Should().Be(0, "{0} said {1}{2}", command, result.Output, result.Errors);
        return result;
    }

    [GeneratedRegex("""href="(?<address>/go[^"]+BARGAIN_WIZARD)">""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex BargainLink();

    [GeneratedRegex(@"value of a page (?<value>\d\.\d{3})$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Value();

    [GeneratedRegex("""^(dotnet|python3|\./delivery) .*$|`\./delivery [^`]+`""", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CommandLine();
}
