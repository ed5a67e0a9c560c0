// What samples/SearchProcess logged, joined and learned from:  dotnet run --project samples/SearchLearn -c Release -- LOG SETTINGS STORE
using System.Text.Json;
using Delivery.EventLog.Reading;
using Delivery.Models.Wire;
using Delivery.Training;
using Delivery.Training.Settings;
using Delivery.TrainingStore.Sqlite;

if (args is not [var log, var settings, var path])
{
    Console.Error.WriteLine("Usage: dotnet run --project samples/SearchLearn -c Release -- LOG SETTINGS STORE, such as search-work/log samples/SearchProcess/apply-models.json search-work/training.db");
    return 2;
}

// The first click of each page that was shown; null for none.
var clicks = new Dictionary<string, int?>(StringComparer.Ordinal);
foreach (var line in File.ReadLines(Path.Combine(log, "outcomes.jsonl")))
{
    using var outcome = JsonDocument.Parse(line);
    var request = outcome.RootElement.GetProperty("request").GetString()!;
    if (outcome.RootElement.GetProperty("event").GetString() == "show") clicks.TryAdd(request, null);
    else if (clicks.TryGetValue(request, out var first) && first is null) clicks[request] = outcome.RootElement.GetProperty("place").GetInt32();
}

// A decision without a show is left out: nobody saw it. The value of a page is 1 / (1 + place of its first click), whatever was clicked.
// So a wizard that nobody wants costs something, since it pushes down what they do want, and "not shown" can win.
var items = new List<PoolItem>();
var reader = new EventLogReader(Path.Combine(log, "events"));
while (reader.TryRead(out var record))
{
    var decision = record.Data;
    if (!clicks.TryGetValue(decision.RequestId, out var place)) continue;
    items.Add(new PoolItem
    {
        Model = decision.Model, RequestId = decision.RequestId, EventTime = decision.Time, Features = { decision.Features },
        Shown = decision.Shown, Propensity = decision.Propensity,
        Reward = place is { } first ? 1.0 / (1 + first) : 0, Clicked = place is not null, SurplusVersion = 1,
    });
}

using var json = JsonDocument.Parse(File.ReadAllBytes(settings));
using var store = SqliteTrainingStore.Open(path, TimeProvider.System);
foreach (var model in TrainModelReader.ReadAll(json.RootElement.GetProperty("TrainModels")))
{
    var own = items.Where(item => item.Model == model.Name.Value).OrderBy(item => item.EventTime.ToDateTimeOffset()).ToList();
    if (own.Count == 0) continue;
    await new TrainingRun(store, model).RunAsync(own, CancellationToken.None);
    Console.WriteLine($"{model.Name}: {own.Count} decisions, {own.Count(item => item.Clicked)} with a click. Those learned before are known by their request ids.");
}
return 0;
