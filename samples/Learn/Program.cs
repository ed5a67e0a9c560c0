// Logged decisions in, a model in the training store out:  dotnet run --project samples/Learn -c Release -- training.db
using Delivery.Models.Wire;
using Delivery.Training;
using Delivery.Training.Settings;
using Delivery.TrainingStore.Sqlite;
using Google.Protobuf.WellKnownTypes;

// Class 0 to 2 are positions, class 3 is "not shown". What these keys mean: src/Training/Settings/TrainModel.cs.
var settings = TrainModelReader.Read("news_position", """
    {
      "Intent": "NEWS_WIZARD", "ClassNumber": 4, "FeatureSources": ["freshness", "constant"], "FeatureCount": 2,
      "BatchSize": 30, "LearningRate": 0.1, "EvaluateWindowSize": 2000
    }
    """);

// An item is a logged decision joined with its outcome. Here a made-up reader clicks fresh news at the top; yours come from your log.
var random = new Random(42);
var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
var items = Enumerable.Range(0, 20_000).Select(n =>
{
    var fresh = random.Next(2);
    var shown = random.Next(settings.ClassNumber);
    var clicked = random.NextDouble() < (fresh == 1 && shown == 0 ? 0.3 : 0.1);
    return new PoolItem
    {
        Model = settings.Name.Value, RequestId = $"request-{n}", EventTime = Timestamp.FromDateTimeOffset(start.AddSeconds(n)),
        Features = { fresh, 1 }, Shown = (uint)shown, Propensity = 1.0 / settings.ClassNumber, // as it was drawn: learning is wrong without it
        Reward = clicked ? 1 : 0, Clicked = clicked, SurplusVersion = 1,
    };
});

using var store = SqliteTrainingStore.Open(args is [var path] ? path : "training.db", TimeProvider.System);
var result = await new TrainingRun(store, settings).RunAsync(items, CancellationToken.None);
Console.WriteLine($"{settings.Name}: {result.Items} items read, saved {result.Saves} times. Give them again: the trainer knows them by their request ids.");
