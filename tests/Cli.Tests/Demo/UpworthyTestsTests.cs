using System.Globalization;
using System.IO.Compression;
using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class UpworthyTestsTests : IDisposable
{
    private const string Header = "test_id,created_utc,arm,arms,impressions,clicks,randomization_doubt";
    private const string A = "51436061220cb800020001e7,2013-03-15T17:54:41Z";
    private const string B = "530a9324e4f69dc9fb00002f,2014-02-24T00:32:36Z";

    private static readonly string Shipped = Path.Combine(ShippedData.Locate(), UpworthyTests.File);
    private static readonly Lazy<IReadOnlyList<UpworthyTest>> All = new(() => UpworthyTests.Read(Shipped));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_totals_are_those_of_the_files_undoubted_rows()
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(Shipped), CompressionMode.Decompress));
        var rows = text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).ToList();
        var undoubted = rows.Where(row => row[6] == "0").ToList();

        rows.Should().HaveCount(13_003, "the README says so");
        All.Value.Should().HaveCount(1904).And.HaveCount(undoubted.Select(row => row[0]).Distinct().Count());
        All.Value.Sum(test => test.Arms.Count).Should().Be(undoubted.Count).And.Be(8729);
        All.Value.Sum(test => (long)test.Impressions).Should().Be(undoubted.Sum(row => long.Parse(row[4], CultureInfo.InvariantCulture))).And.Be(30_527_230);
        All.Value.Sum(test => test.Arms.Sum(arm => arm.Clicks)).Should().Be(undoubted.Sum(row => int.Parse(row[5], CultureInfo.InvariantCulture))).And.Be(480_744);
    }

    [Fact]
    public void The_time_of_a_test_is_the_one_inside_its_id()
    {
        foreach (var test in All.Value)
        {
            test.Created.ToUnixTimeSeconds().Should().Be(long.Parse(test.Id[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture), test.Id);
        }
    }

    [Fact]
    public void The_selection_takes_the_tests_whose_smallest_arm_is_largest()
    {
        var selected = UpworthyTests.Select(All.Value);

        selected.Should().HaveCount(48);
        selected.Select(test => test.SmallestArm).Should().BeInDescendingOrder();
        selected.Select(test => test.Id).Should().OnlyHaveUniqueItems();
        All.Value.Except(selected).Max(test => test.SmallestArm).Should().BeLessThanOrEqualTo(selected[^1].SmallestArm);
        (selected[0].Id, selected[0].SmallestArm).Should().Be(("530a9324e4f69dc9fb00002f", 14_970));
        selected.Sum(test => test.Impressions).Should().Be(1_574_330);
    }

    [Fact]
    public void The_selection_does_not_look_at_clicks_nor_at_the_order_of_the_tests()
    {
        var turned = All.Value.Reverse().Select(test => test with { Arms = [.. test.Arms.Select(arm => arm with { Clicks = arm.Impressions - arm.Clicks })] });

        UpworthyTests.Select(turned).Select(test => test.Id).Should().Equal(UpworthyTests.Select(All.Value).Select(test => test.Id));
    }

    [Fact]
    public void The_selection_leaves_out_tests_with_a_small_arm_and_gives_fewer_when_there_are_no_more()
    {
        UpworthyTests.Select(All.Value, count: 10_000).Should().HaveCount(1903).And.OnlyContain(test => test.SmallestArm >= 1000);
        UpworthyTests.Select(All.Value, count: 0).Should().BeEmpty();
    }

    [Fact]
    public void A_replay_shows_every_viewer_once_and_no_other()
    {
        foreach (var test in UpworthyTests.Select(All.Value))
        {
            var arms = new (int Impressions, int Clicks)[test.Arms.Count];
            foreach (var (arm, clicked) in UpworthyTests.Replay(test))
            {
                arms[arm].Impressions++;
                if (clicked) arms[arm].Clicks++;
            }

            arms.Should().Equal(test.Arms.Select(arm => (arm.Impressions, arm.Clicks)), test.Id);
        }
    }

    [Fact]
    public void A_replay_is_the_same_every_time_and_everywhere()
    {
        var test = UpworthyTests.Select(All.Value)[1];

        UpworthyTests.Replay(test).Should().Equal(UpworthyTests.Replay(test));
        string.Concat(UpworthyTests.Replay(test).Take(24).Select(viewer => viewer.Arm)).Should().Be("102132013222333121332133", "other machines replayed it so");
    }

    [Fact]
    public void Tests_with_the_same_totals_are_replayed_in_different_orders()
    {
        UpworthyArm[] arms = [new(500, 100), new(500, 200)];
        var one = new UpworthyTest("51436061220cb800020001e7", DateTimeOffset.UnixEpoch, arms);

        UpworthyTests.Replay(one).Should().NotEqual(UpworthyTests.Replay(one with { Id = "51436061220cb800020001e8" }));
    }

    [Fact]
    public void The_start_of_a_replay_resembles_the_whole()
    {
        var test = UpworthyTests.Select(All.Value)[0];

        var start = UpworthyTests.Replay(test)[..10_000];

        // Both bounds are over four standard deviations away from the mean of a random sample.
        start.Count(viewer => viewer.Arm == 0).Should().BeInRange(4750, 5250);
        start.Count(viewer => viewer.Clicked).Should().BeInRange(180, 295);
    }

    [Fact]
    public void Items_carry_the_true_propensity_and_one_reward_for_a_click()
    {
        var test = UpworthyTests.Select(All.Value)[1];
        var replay = UpworthyTests.Replay(test);

        var items = UpworthyTests.Items(test).ToList();

        items.Should().HaveCount(test.Impressions);
        items.Select(item => new Impression((int)item.Shown, item.Clicked)).Should().Equal(replay);
        items.Should().OnlyContain(item => item.Propensity == 0.25 && item.Model == "upworthy_53f601c9ba722b221c000048" && item.SurplusVersion == 1);
        items.Sum(item => item.Reward).Should().Be(81 + 50 + 160 + 95);
        items.Select(item => item.Clicked ? 1.0 : 0).Should().Equal(items.Select(item => item.Reward));
        items[0].Features.Should().Equal(1f);
        UpworthyTests.Sources.Should().ContainSingle(source => source.Name == "constant" && source.Count == 1);
    }

    [Fact]
    public void Items_are_numbered_and_follow_each_other_by_a_second()
    {
        var test = UpworthyTests.Select(All.Value)[0];

        var items = UpworthyTests.Items(test).Take(3).ToList();

        items.Select(item => item.RequestId).Should().Equal($"{test.Id}-0", $"{test.Id}-1", $"{test.Id}-2");
        items.Select(item => item.EventTime.ToDateTimeOffset()).Should().Equal(test.Created, test.Created.AddSeconds(1), test.Created.AddSeconds(2));
    }

    [Fact]
    public void Rows_of_several_tests_may_be_mixed_and_doubted_tests_are_left_out()
    {
        var tests = Read($"{A},1,2,30,3,0", $"{B},0,2,5,1,1", $"{A},0,2,20,2,0", $"{B},1,2,6,1,1");

        tests.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new UpworthyTest("51436061220cb800020001e7", new DateTimeOffset(2013, 3, 15, 17, 54, 41, TimeSpan.Zero), [new(20, 2), new(30, 3)]));
    }

    [Theory]
    [InlineData($"{A},1,2,30,31,0", "3: 'clicks' is '31'; expected a whole number from 0 to 30.")]
    [InlineData($"{A},1,2,-30,3,0", "3: 'impressions' is '-30'; expected a whole number from 0 to 10000000.")]
    [InlineData($"{A},2,2,30,3,0", "3: 'arm' is '2'; expected a whole number from 0 to 1.")]
    [InlineData($"{A},0,2,30,3,0", "3: 'arm' is '0'; expected an arm that test 51436061220cb800020001e7 does not have yet.")]
    [InlineData($"{A},1,3,30,3,0", "3: 'arms' is '3'; expected 2 as on line 2.")]
    [InlineData($"{A},1,2,30,3,1", "3: 'randomization_doubt' is '1'; expected 0 as on line 2.")]
    [InlineData($"{A},1,2,30,3,2", "3: 'randomization_doubt' is '2'; expected a whole number from 0 to 1.")]
    [InlineData("51436061220cb800020001e7,2013-03-15T17:54:42Z,1,2,30,3,0", "3: 'created_utc' is '2013-03-15T17:54:42Z'; expected 2013-03-15T17:54:41Z as on line 2.")]
    [InlineData("nobody,2013-03-15T17:54:41Z,1,2,30,3,0", "3: 'test_id' is 'nobody'; expected 24 lower-case hexadecimal digits.")]
    [InlineData($"{B},0,1,30,3,0", "3: 'arms' is '1'; expected a whole number from 2 to 100.")]
    public void A_wrong_row_is_refused_by_line_column_and_value(string row, string message)
    {
        var read = () => Read($"{A},0,2,20,2,0", row);

        read.Should().Throw<InvalidDataException>().WithMessage($"{_folder["arms.csv.gz"]}:{message}");
    }

    [Fact]
    public void A_test_that_lacks_an_arm_is_refused()
    {
        var read = () => Read($"{A},0,3,20,2,0", $"{A},2,3,20,2,0");

        read.Should().Throw<InvalidDataException>().WithMessage("*arms.csv.gz:2: test 51436061220cb800020001e7 has no row for arm 1; expected arms 0 to 2.");
    }

    private IReadOnlyList<UpworthyTest> Read(params string[] rows) => UpworthyTests.Read(PackedFile.Write(_folder["arms.csv.gz"], [Header, .. rows]));
}
