using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Cli.Demo;

/// <summary>The randomised headline tests of <c>data/upworthy</c>: real viewers, real clicks.</summary>
public static class UpworthyTests
{
    /// <summary>The file of the arms, below the data folder.</summary>
    public static readonly string File = Path.Combine("upworthy", "arms_2013-03_2014-08.csv.gz");

    private const int TestId = 0, Created = 1, Arm = 2, Arms = 3, Impressions = 4, Clicks = 5, Doubt = 6;
    private static readonly string[] Columns = ["test_id", "created_utc", "arm", "arms", "impressions", "clicks", "randomization_doubt"];

    /// <summary>What a model of a test sees: nothing of the viewer, since none is recorded.</summary>
    public static IReadOnlyList<FeatureSource> Sources => [new() { Name = "constant", Count = 1 }];

    /// <summary>Reads every test whose random assignment nobody doubts, in the file's order.</summary>
    /// <param name="path">A file with the columns that <c>data/upworthy/README.md</c> describes.</param>
    /// <exception cref="InvalidDataException">A row is wrong; the message names the line. Nothing is returned.</exception>
    public static IReadOnlyList<UpworthyTest> Read(string path)
    {
        var drafts = new Dictionary<string, Draft>();
        var order = new List<Draft>();
        using var rows = new CsvRows(path, Columns);
        while (rows.Read())
        {
            var id = rows.Hexadecimal(TestId, 24);
            if (!drafts.TryGetValue(id, out var draft))
            {
                draft = new Draft(id, rows);
                drafts.Add(id, draft);
                order.Add(draft);
            }
            draft.Add(rows);
        }
        return [.. order.Where(draft => !draft.Doubted).Select(draft => draft.Finish(path))];
    }

    /// <summary>
    /// The tests with most power: those whose smallest arm was seen most often, ties in the order of their ids. Clicks play no
    /// part, so the choice favours no result.
    /// </summary>
    /// <param name="tests">Tests to choose from.</param>
    /// <param name="count">How many to take; fewer come back when fewer are large enough.</param>
    /// <param name="least">Impressions that every arm needs.</param>
    public static IReadOnlyList<UpworthyTest> Select(IEnumerable<UpworthyTest> tests, int count = 48, int least = 1000) =>
    [
        .. tests.Where(test => test.SmallestArm >= least)
            .OrderByDescending(test => test.SmallestArm)
            .ThenBy(test => test.Id, StringComparer.Ordinal)
            .Take(count),
    ];

    /// <summary>
    /// Every viewer of the test once, in an order that only the test's id decides. The data records totals and no order, so
    /// this one is made up; a prefix is a random sample without replacement.
    /// </summary>
    public static Impression[] Replay(UpworthyTest test)
    {
        var viewers = new Impression[test.Impressions];
        var next = 0;
        for (var arm = 0; arm < test.Arms.Count; arm++)
        {
            var (impressions, clicks) = test.Arms[arm];
            for (var viewer = 0; viewer < impressions; viewer++) viewers[next++] = new Impression(arm, viewer < clicks);
        }
        var seed = BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(test.Id)));
        new Random(seed).Shuffle(viewers);
        return viewers;
    }

    /// <summary>
    /// The same viewers as items to learn from, one at a time. The n-th, from 0, has the request id <c>ID-n</c> and the time of
    /// the test's creation plus n seconds, which is as made up as the order. The propensity is true: viewers were assigned uniformly.
    /// </summary>
    public static IEnumerable<PoolItem> Items(UpworthyTest test)
    {
        var (model, propensity) = (test.Model.Value, test.Propensity);
        var n = 0;
        foreach (var (arm, clicked) in Replay(test))
        {
            yield return new PoolItem
            {
                Model = model,
                RequestId = $"{test.Id}-{n}",
                EventTime = Timestamp.FromDateTimeOffset(test.Created.AddSeconds(n)),
                Features = { 1f },
                Shown = (uint)arm,
                Propensity = propensity,
                Reward = clicked ? 1 : 0,
                SurplusVersion = 1,
                Clicked = clicked,
            };
            n++;
        }
    }

    /// <summary>A test of which some rows may still be missing.</summary>
    private sealed class Draft(string id, CsvRows first)
    {
        private readonly DateTimeOffset _created = first.Time(Created, "yyyy-MM-dd'T'HH:mm:ss'Z'");
        private readonly UpworthyArm?[] _arms = new UpworthyArm?[first.Integer(Arms, 2, 100)];
        private readonly long _line = first.Line;

        public bool Doubted { get; } = first.Flag(Doubt);

        public void Add(CsvRows row)
        {
            if (row.Time(Created, "yyyy-MM-dd'T'HH:mm:ss'Z'") != _created) throw row.Wrong(Created, $"{_created:yyyy-MM-ddTHH:mm:ssZ} as on line {_line}");
            if (row.Integer(Arms, 2, 100) != _arms.Length) throw row.Wrong(Arms, $"{_arms.Length} as on line {_line}");
            if (row.Flag(Doubt) != Doubted) throw row.Wrong(Doubt, $"{(Doubted ? 1 : 0)} as on line {_line}");
            var arm = row.Integer(Arm, 0, _arms.Length - 1);
            if (_arms[arm] is not null) throw row.Wrong(Arm, $"an arm that test {id} does not have yet");
            var impressions = row.Integer(Impressions, 0, 10_000_000);
            _arms[arm] = new UpworthyArm(impressions, row.Integer(Clicks, 0, impressions));
        }

        public UpworthyTest Finish(string path) => new(id, _created,
            [.. _arms.Select((arm, number) => arm ?? throw new InvalidDataException($"{path}:{_line}: test {id} has no row for arm {number}; expected arms 0 to {_arms.Length - 1}."))]);
    }
}
