using System.Globalization;
using Delivery.Models;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Cli.Demo;

/// <summary>
/// The recommendation log of <c>data/obd</c>: two policies, their true propensities, four hashed features of the user. It gives six
/// models, one for each policy and position, that choose among 34 items by 129 features.
/// </summary>
public static class OpenBandit
{
    /// <summary>The items of the campaign; each is a class of a model.</summary>
    public const int ItemCount = 34;

    /// <summary>
    /// Buckets of one user feature. The features have 3, 5, 9 and 9 values in the log; 32 buckets put 3, 5, 7 and 8 of them apart.
    /// </summary>
    public const int BucketCount = 32;

    private const int UserFeatureCount = 4;
    private const int Number = 0, Time = 1, Item = 2, Position = 3, Click = 4, Propensity = 5, FirstUserFeature = 6;

    private static readonly string[] Columns =
    [
        "", "timestamp", "item_id", "position", "click", "propensity_score",
        .. Enumerable.Range(0, UserFeatureCount).Select(k => $"user_feature_{k}"),
        .. Enumerable.Range(0, ItemCount).Select(k => $"user-item_affinity_{k}"),
    ];

    /// <summary>What a model sees: <c>user</c>, 4 × 32 numbers of which four are 1, and <c>constant</c>, since a model has no bias.</summary>
    public static IReadOnlyList<FeatureSource> Sources =>
        [new() { Name = "user", Count = UserFeatureCount * BucketCount }, new() { Name = "constant", Count = 1 }];

    /// <summary>The file of a policy, below the data folder.</summary>
    public static string File(OpenBanditPolicy policy) => Path.Combine("obd", $"{Word(policy)}_men.csv.gz");

    /// <summary>The model of a policy and a position, such as <c>obd_men_random_left</c>.</summary>
    public static ModelName Model(OpenBanditPolicy policy, OpenBanditPosition position) =>
        ModelName.Parse($"obd_men_{Word(policy)}_{position.ToString().ToLowerInvariant()}");

    /// <summary>Reads a log, in the order of its events.</summary>
    /// <param name="path">A file with the columns that <c>data/obd/README.md</c> describes.</param>
    /// <exception cref="InvalidDataException">A row is wrong; the message names the line. Nothing is returned.</exception>
    public static IReadOnlyList<OpenBanditRow> Read(string path)
    {
        var log = new List<OpenBanditRow>();
        using var rows = new CsvRows(path, Columns);
        while (rows.Read())
        {
            var row = new OpenBanditRow(
                Number: rows.Integer(Number, log.Count, log.Count),
                Time: rows.Time(Time, "yyyy-MM-dd HH:mm:ss.ffffffzzz"),
                Item: rows.Integer(Item, 0, ItemCount - 1),
                Position: (OpenBanditPosition)rows.Integer(Position, 1, 3),
                Clicked: rows.Flag(Click),
                Propensity: rows.Probability(Propensity),
                UserBuckets: [.. Enumerable.Range(FirstUserFeature, UserFeatureCount).Select(column => Bucket(rows.Hexadecimal(column, 32)))]);
            if (log.Count > 0 && row.Time < log[^1].Time) throw rows.Wrong(Time, $"{log[^1].Time:O} or later, since rows are ordered by time");
            log.Add(row);
        }
        return log;
    }

    /// <summary>
    /// The impressions at one position as items to learn from. The request id is <c>obd-men-POLICY-NUMBER</c> with the row's number; time
    /// and propensity are as logged; the reward is 1 for a click, else 0.
    /// </summary>
    /// <param name="log">The log of that policy.</param>
    /// <param name="policy">Which policy chose.</param>
    /// <param name="position">Which impressions to take.</param>
    public static IEnumerable<PoolItem> Items(IEnumerable<OpenBanditRow> log, OpenBanditPolicy policy, OpenBanditPosition position)
    {
        var (model, prefix) = (Model(policy, position).Value, $"obd-men-{Word(policy)}-");
        foreach (var row in log)
        {
            if (row.Position != position) continue;
            yield return new PoolItem
            {
                Model = model,
                RequestId = prefix + row.Number,
                EventTime = Timestamp.FromDateTimeOffset(row.Time),
                Features = { Features(row) },
                Shown = (uint)row.Item,
                Propensity = row.Propensity,
                Reward = row.Clicked ? 1 : 0,
                SurplusVersion = 1,
                Clicked = row.Clicked,
            };
        }
    }

    /// <summary>What a model sees of an impression: 129 numbers, in the order of <see cref="Sources"/>.</summary>
    public static float[] Features(OpenBanditRow row)
    {
        var features = new float[(UserFeatureCount * BucketCount) + 1];
        for (var k = 0; k < UserFeatureCount; k++) features[(k * BucketCount) + row.UserBuckets[k]] = 1f;
        features[^1] = 1f;
        return features;
    }

    /// <summary>The data's values are hashes already, so their last digits spread them well enough.</summary>
    private static int Bucket(string hash) => int.Parse(hash.AsSpan(hash.Length - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) % BucketCount;

    private static string Word(OpenBanditPolicy policy) => policy == OpenBanditPolicy.Random ? "random" : "bts";
}
