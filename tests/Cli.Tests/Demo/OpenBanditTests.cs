using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class OpenBanditTests : IDisposable
{
    private static readonly string Header = ",timestamp,item_id,position,click,propensity_score,user_feature_0,user_feature_1,user_feature_2,user_feature_3,"
        + string.Join(',', Enumerable.Range(0, 34).Select(k => $"user-item_affinity_{k}"));

    private static readonly string Affinities = string.Concat(Enumerable.Repeat(",0.0", 34));
    private static readonly Dictionary<OpenBanditPolicy, IReadOnlyList<OpenBanditRow>> Logs =
        Enum.GetValues<OpenBanditPolicy>().ToDictionary(policy => policy, policy => OpenBandit.Read(Path.Combine(ShippedData.Locate(), OpenBandit.File(policy))));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OpenBanditPolicy.Random, 46)]
    [InlineData(OpenBanditPolicy.Bts, 69)]
    public void A_log_has_ten_thousand_rows_and_its_clicks(OpenBanditPolicy policy, int clicks)
    {
        var log = Logs[policy];

        log.Should().HaveCount(10_000);
        log.Count(row => row.Clicked).Should().Be(clicks);
        log.Select(row => row.Item).Distinct().Should().HaveCount(OpenBandit.ItemCount);
        log.Select(row => row.Number).Should().Equal(Enumerable.Range(0, 10_000));
        log.Select(row => row.Time).Should().BeInAscendingOrder();
    }

    [Fact]
    public void Propensities_are_as_logged_and_those_of_the_random_policy_are_uniform()
    {
        Logs[OpenBanditPolicy.Random].Should().OnlyContain(row => row.Propensity == 1.0 / OpenBandit.ItemCount);
        Logs[OpenBanditPolicy.Bts].Min(row => row.Propensity).Should().Be(0.000165);
        Logs[OpenBanditPolicy.Bts].Max(row => row.Propensity).Should().Be(0.72529);
    }

    [Theory]
    [InlineData(OpenBanditPolicy.Random, OpenBanditPosition.Left, "obd_men_random_left", 3284, 10)]
    [InlineData(OpenBanditPolicy.Random, OpenBanditPosition.Centre, "obd_men_random_centre", 3388, 22)]
    [InlineData(OpenBanditPolicy.Random, OpenBanditPosition.Right, "obd_men_random_right", 3328, 14)]
    [InlineData(OpenBanditPolicy.Bts, OpenBanditPosition.Left, "obd_men_bts_left", 3339, 30)]
    [InlineData(OpenBanditPolicy.Bts, OpenBanditPosition.Centre, "obd_men_bts_centre", 3262, 21)]
    [InlineData(OpenBanditPolicy.Bts, OpenBanditPosition.Right, "obd_men_bts_right", 3399, 18)]
    public void Each_policy_and_position_gives_the_items_of_one_model(OpenBanditPolicy policy, OpenBanditPosition position, string model, int count, int clicks)
    {
        var rows = Logs[policy].Where(row => row.Position == position).ToList();

        var items = OpenBandit.Items(Logs[policy], policy, position).ToList();

        items.Should().HaveCount(count).And.OnlyContain(item => item.Model == model && item.SurplusVersion == 1);
        OpenBandit.Model(policy, position).Value.Should().Be(model);
        items.Sum(item => item.Reward).Should().Be(clicks);
        items.Select(item => item.RequestId).Should().OnlyHaveUniqueItems();
        items.Select(item => (item.EventTime.ToDateTimeOffset(), (int)item.Shown, item.Clicked, item.Propensity))
            .Should().Equal(rows.Select(row => (row.Time, row.Item, row.Clicked, row.Propensity)));
        items.Select(item => item.Clicked ? 1.0 : 0).Should().Equal(items.Select(item => item.Reward));
    }

    [Fact]
    public void The_first_row_is_read_as_it_stands_in_the_file()
    {
        var row = Logs[OpenBanditPolicy.Random][0];

        row.Time.Should().Be(new DateTimeOffset(2019, 11, 24, 0, 3, 13, TimeSpan.Zero).AddMicroseconds(442_536));
        (row.Item, row.Position, row.Clicked).Should().Be((14, OpenBanditPosition.Right, false));
        row.UserBuckets.Should().Equal([0x4a % 32, 0x4a % 32, 0xf2 % 32, 0x53 % 32], "the hashes end in 4a, 4a, f2 and 53");
    }

    [Fact]
    public void Features_have_one_bucket_for_each_user_feature_and_the_constant()
    {
        OpenBandit.Sources.Select(source => (source.Name, source.Count)).Should().Equal(("user", 128u), ("constant", 1u));
        foreach (var row in Logs[OpenBanditPolicy.Bts].Take(100))
        {
            var features = OpenBandit.Features(row);

            features.Should().HaveCount((int)OpenBandit.Sources.Sum(source => source.Count));
            var ones = features.Index().Where(feature => feature.Item != 0).ToList();
            ones.Select(one => one.Index).Should().Equal(row.UserBuckets[0], 32 + row.UserBuckets[1], 64 + row.UserBuckets[2], 96 + row.UserBuckets[3], 128);
            ones.Should().OnlyContain(one => one.Item == 1f);
        }
    }

    [Fact]
    public void Both_logs_hash_their_users_alike()
    {
        for (var k = 0; k < 4; k++)
        {
            Buckets(OpenBanditPolicy.Random).Should().BeSubsetOf(Buckets(OpenBanditPolicy.Bts), "user_feature_{0} has the same values in both files", k);

            IEnumerable<int> Buckets(OpenBanditPolicy policy) => Logs[policy].Select(row => row.UserBuckets[k]).Distinct();
        }
    }

    [Theory]
    [InlineData("5,2019-11-24 00:00:02.000000+00:00,1,1,0,0.5", "3: '' is '5'; expected a whole number from 1 to 1.")]
    [InlineData("1,2019-11-24 00:00:00.999999+00:00,1,1,0,0.5", "3: 'timestamp' is '2019-11-24 00:00:00.999999+00:00'; expected 2019-11-24T00:00:01.0000000+00:00 or later*")]
    [InlineData("1,2019-11-24,1,1,0,0.5", "3: 'timestamp' is '2019-11-24'; expected a time like *")]
    [InlineData("1,2019-11-24 00:00:02.000000+00:00,34,1,0,0.5", "3: 'item_id' is '34'; expected a whole number from 0 to 33.")]
    [InlineData("1,2019-11-24 00:00:02.000000+00:00,1,0,0,0.5", "3: 'position' is '0'; expected a whole number from 1 to 3.")]
    [InlineData("1,2019-11-24 00:00:02.000000+00:00,1,1,yes,0.5", "3: 'click' is 'yes'; expected a whole number from 0 to 1.")]
    [InlineData("1,2019-11-24 00:00:02.000000+00:00,1,1,0,0", "3: 'propensity_score' is '0'; expected a probability over 0 and up to 1.")]
    public void A_wrong_row_is_refused_by_line_column_and_value(string row, string message)
    {
        var hashes = string.Concat(Enumerable.Repeat(",00000000000000000000000000000000", 4));
        var path = PackedFile.Write(_folder["log.csv.gz"], Header, "0,2019-11-24 00:00:01.000000+00:00,1,1,0,0.5" + hashes + Affinities, row + hashes + Affinities);

        var read = () => OpenBandit.Read(path);

        read.Should().Throw<InvalidDataException>().WithMessage($"{path}:{message}");
    }
}
