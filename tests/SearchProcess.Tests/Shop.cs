using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Delivery.EventLog.Reading;
using Delivery.Models.Wire;
using Delivery.SearchProcess.Deciding;
using Delivery.TestKit;

namespace Delivery.SearchProcess.Tests;

/// <summary>The sample in a process of its own, with a folder that models are published into. It takes seconds to start: share it.</summary>
public sealed partial class Shop : IAsyncLifetime, IDisposable
{
    public const string Bargain = "bargain_position", BargainIntent = "BARGAIN_WIZARD", NewIntent = "NEW_ARRIVALS_WIZARD";

    /// <summary>Explores everything below 1,000 requests and nothing above, so that a model of 1,000 requests can be relied on.</summary>
    public const string Settings = """
        { "ApplyModels": {
          "bargain_position": { "Intent": "BARGAIN_WIZARD", "ModelSource": "fast_data", "ClassNumber": 11, "FallBackBlenderPos": 2,
            "RandomizeParams": { "RandomizeBundle": "positional_random", "FullRandomReqCount": 1000 } },
          "new_arrivals_position": { "Intent": "NEW_ARRIVALS_WIZARD", "ModelSource": "fast_data", "ClassNumber": 11, "FallBackBlenderPos": 5 } } }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false };
    private DeliveryProcess? _process;
    private HttpClient? _http;

    public FolderBuilder Models => field ??= new FolderBuilder(_folder["fast-data"]);

    public string SettingsFile => _folder["apply-models.json"];

    public Uri Address => Http.BaseAddress!;

    /// <summary>Keeps cookies, so it is one user. Follows no redirect.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("It was not started.");

    internal DeliveryProcess Process => _process ?? throw new InvalidOperationException("It was not started.");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(SettingsFile, Settings);
        _process = Run(_folder.Path, "--fast-data", "fast-data", "--apply-models", "apply-models.json", "--log", "log", "--urls", "http://127.0.0.1:0");
        var line = await _process.LineWithAsync("Listening on ");
        _http = new HttpClient(_handler) { BaseAddress = new Uri(line["Listening on ".Length..]) };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _http?.Dispose();
        _handler.Dispose();
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The sample with any command line.</summary>
    internal static DeliveryProcess Run(string folder, params string[] arguments) =>
        DeliveryProcess.StartProgram([.. DeliveryProcess.HearsInterrupt, DeliveryProcess.Dotnet, Path.Combine(AppContext.BaseDirectory, "Delivery.SearchProcess.dll"), .. arguments], folder, new Dictionary<string, string>());

    /// <summary>A model that puts the bargains at one place, whatever the query.</summary>
    public static byte[] Placing(string name, int best, ulong requestCount = 1000)
    {
        var weights = new float[(SearchPage.Results + 1) * QueryFeatures.Count];
        weights[(best * QueryFeatures.Count) + QueryFeatures.Count - 1] = 1; // the constant
        return TestModels.Linear(name, weights, SearchPage.Results + 1, QueryFeatures.Count, requestCount, header =>
        {
            header.Sources.Clear();
            header.Sources.Add(QueryFeatures.Sources.Select(source => new FeatureSource { Name = source.Name, Count = (uint)source.Count }));
            header.Intent = BargainIntent;
        });
    }

    /// <summary>Publishes, and waits until the process says that it has it.</summary>
    public async Task PublishAsync(byte[] bargain)
    {
        var pointer = Models.With(Bargain, bargain).Publish();
        await UntilAsync(async () => (await StatusAsync()).GetProperty("epoch").GetInt64() == pointer.Epoch);
    }

    public Task<JsonElement> StatusAsync() => Http.GetFromJsonAsync<JsonElement>("/status");

    /// <summary>The outcome log so far.</summary>
    public IReadOnlyList<JsonElement> Outcomes()
    {
        using var file = new FileStream(_folder["log/outcomes.jsonl"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        // What stands behind the last end of a line is being written.
        return [.. reader.ReadToEnd().Split('\n').SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>What the event log has of a request, once it has anything.</summary>
    public async Task<IReadOnlyList<RequestData>> DecisionsOfAsync(string request)
    {
        List<RequestData> found = [];
        await UntilAsync(() =>
        {
            found.Clear();
            var reader = new EventLogReader(_folder["log/events"]);
            while (reader.TryRead(out var record))
            {
                if (record.Data.RequestId == request) found.Add(record.Data);
            }
            return Task.FromResult(found.Count > 0);
        });
        return found;
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(20, limit.Token);
    }

    /// <summary>What stands on a page from the top: the intent of a wizard, or null for a result.</summary>
    public static IReadOnlyList<string?> Blocks(string page) =>
        [.. Block().Matches(page).Select(match => match.Groups["intent"] is { Success: true } intent ? intent.Value : null)];

    public static string RequestOf(string page) => Request().Match(page).Groups["id"].Value;

    [GeneratedRegex("""<li class="(result|wizard" data-intent="(?<intent>[A-Z_]+))">""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Block();

    [GeneratedRegex("""data-request="(?<id>[0-9a-f]+)">""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Request();
}
