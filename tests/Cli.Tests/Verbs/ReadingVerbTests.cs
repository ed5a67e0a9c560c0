using System.Globalization;
using System.Text;
using System.Text.Json;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Cli.Tests.Verbs;

/// <summary>The verbs that read history: diff, when, live, blame, and history between two times.</summary>
public sealed class ReadingVerbTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(Start);

    private string FastData => _folder["fast-data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Diff_tells_what_moved_and_without_a_store_says_that_there_is_no_holdout()
    {
        Deliver("Deliver", ("news_wizard", TestModels.Good, 1000), ("video_wizard", TestModels.Good, 10));
        Deliver("Deliver", ("news_wizard", TestModels.GoodToo, 1500));

        var newest = await JsonAsync("diff", "news_wizard");
        var text = await RunAsync("diff", "news_wizard", "main~1", "main", "--top", "1");
        var same = await JsonAsync("diff", "video_wizard", "main~1");

        newest.GetProperty("from").GetProperty("delivered_by").GetProperty("epoch").GetInt64().Should().Be(1);
        newest.GetProperty("weights").GetProperty("moved").GetInt64().Should().Be(2);
        newest.GetProperty("weights").GetProperty("norm").GetDouble().Should().BeApproximately(Math.Sqrt(0.5), 1e-9);
        newest.GetProperty("weights").GetProperty("largest")[0].GetProperty("source").GetString().Should().Be("embedding");
        newest.GetProperty("header").EnumerateArray().Select(field => field.GetProperty("field").GetString()).Should().Equal("request_count", "batch_count", "created", "trained_until");
        newest.GetProperty("holdout").ValueKind.Should().Be(JsonValueKind.Null);
        text.Output.Should().Contain("request_count  1000 -> 1500").And.Contain("2 of 6 moved").And.Contain("embedding[0]").And.Contain("no holdout: there is no training store");
        same.GetProperty("same").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Diff_counts_the_class_flips_on_the_holdout()
    {
        Deliver("Deliver", ("news_wizard", TestModels.Good, 1000));
        Deliver("Deliver", ("news_wizard", TestModels.Halfway, 1500));
        var items = TestModels.Items(TestModels.News, 200);
        using (var store = SqliteTrainingStore.Open(_folder["training.db"], TimeProvider.System))
        {
            await store.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[] { 1 }, NewHoldout = items }, default);
        }

        var report = (await JsonAsync("diff", "news_wizard")).GetProperty("holdout");
        var text = await RunAsync("diff", "news_wizard");

        var moved = items.Count(item => item.Features[1] > 0);
        report.GetProperty("items").GetInt32().Should().Be(200);
        report.GetProperty("flips").GetInt32().Should().Be(moved, "one side goes from class 1 to class 0, the other stays");
        report.GetProperty("classes")[0].ToString().Should().MatchRegex("\"before\": 1,\\s*\"after\": 0");
        text.Output.Should().Contain($"{moved} of 200 items get another class");
    }

    [Theory]
    [InlineData("diff nobody", "delivers no model 'nobody'")]
    [InlineData("diff video_wizard", "There is no version of 'video_wizard' right before epoch 1")]
    [InlineData("diff late_wizard main~1", "delivers no model 'late_wizard'")]
    [InlineData("when news_wizard --at 2025-12-31", "Nothing was live at 2025-12-31 00:00:00Z: the first delivery")]
    [InlineData("when late_wizard --at 2026-01-01T00:30:00Z", "No model 'late_wizard' was live")]
    [InlineData("live --at 2025-12-31", "was epoch 1 at 2026-01-01 00:00:00Z")]
    [InlineData("blame nws_wizard", "did you mean 'news_wizard'?")]
    [InlineData("history news_wizard --since 2027-01-01", "in that time")]
    public async Task What_is_not_there_is_an_error_that_says_so(string arguments, string message)
    {
        Deliver("Deliver", ("news_wizard", TestModels.Good, 1000), ("video_wizard", TestModels.Good, 1000));
        Deliver("Deliver", ("late_wizard", TestModels.Good, 1000));

        var result = await RunAsync(arguments.Split(' '));

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().Contain(message).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("live --at yesterday", "--at is 'yesterday'")]
    [InlineData("history --since -2h", "--since is '-2h'")]
    [InlineData("history --since 1h --until 2h", "it must not be the later one")]
    [InlineData("when news_wizard", "--at")]
    [InlineData("diff news_wizard --top -1", "--top is -1")]
    public async Task A_wrong_argument_exits_with_2(string arguments, string message)
    {
        Deliver("Deliver", ("news_wizard", TestModels.Good, 1000));

        var result = await RunAsync(arguments.Split(' '));

        (result.ExitCode, result.Output).Should().Be((2, ""));
        result.Errors.Should().Contain(message);
    }

    [Fact]
    public async Task When_and_live_tell_what_was_there_at_a_moment_and_history_takes_bounds()
    {
        Deliver("Deliver", ("news_wizard", TestModels.Good, 1000), ("video_wizard", TestModels.Good, 10));
        Deliver("Deliver", ("video_wizard", TestModels.GoodToo, 20));
        Deliver("Deliver", ("news_wizard", TestModels.GoodToo, 1500));

        var when = await JsonAsync("when", "news_wizard", "--at", "2026-01-01T01:30:00Z");
        var whenText = await RunAsync("when", "news_wizard", "--at", "2026-01-01 04:30+02:00");
        var live = await JsonAsync("live", "--at", "2026-01-01 01:30");
        var now = await JsonAsync("live");
        var between = await JsonAsync("history", "--since", "2026-01-01T01:00", "--until", "2026-01-01T01:00");
        var liveText = await RunAsync("live", "--at", Ago(Start.AddHours(2.5)));

        Epoch(when, "generation").Should().Be(2);
        Epoch(when, "delivered_by").Should().Be(1);
        Epoch(when, "replaced_by").Should().Be(3);
        when.GetProperty("request_count").GetInt64().Should().Be(1000);
        when.GetProperty("sha256").GetString().Should().Be(HashOf(TestModels.Good));
        whenText.Output.Should().Contain("live since     2026-01-01 02:00:00Z, epoch 3").And.Contain("it is still live");
        Epoch(live, "generation").Should().Be(2);
        live.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("request_count").GetInt64()).Should().Equal(1000, 20);
        Epoch(now, "generation").Should().Be(3);
        between.GetProperty("generations").EnumerateArray().Select(generation => generation.GetProperty("epoch").GetInt64()).Should().Equal(2);
        liveText.Output.Should().Contain("epoch 3").And.MatchRegex("news_wizard +[0-9a-f]{16} +1500");
    }

    [Fact]
    public async Task Blame_names_the_cycle_or_the_people_and_where_the_weights_first_came_from()
    {
        Deliver("Deliver 1 model\n\nnews_wizard: new\n\nCycle: c-1\nOutcome: news_wizard Accepted no harm: all well\n", ("news_wizard", TestModels.Good, 1000));
        Deliver("Deliver 1 model\n\nCycle: c-2\n", ("news_wizard", TestModels.GoodToo, 1500));
        Deliver("Roll back news_wizard\n\nReason: clicks fell\n\nnews_wizard: back\n\nAction: rollback\n", ("news_wizard", TestModels.Good, 1000));

        var live = await JsonAsync("blame", "news_wizard");
        var first = await JsonAsync("blame", "news_wizard", "main~2");
        var text = await RunAsync("blame", "news_wizard");

        Epoch(live, "delivered_by").Should().Be(3);
        Epoch(live, "origin").Should().Be(1);
        (live.GetProperty("action").GetString(), live.GetProperty("reason").GetString()).Should().Be(("rollback", "clicks fell"));
        (first.GetProperty("cycle").GetString(), first.GetProperty("outcome").GetString()).Should().Be(("c-1", "Accepted no harm: all well"));
        first.GetProperty("origin").ValueKind.Should().Be(JsonValueKind.Null);
        text.Output.Should().Contain("brought by     epoch 3").And.Contain("action         rollback").And.Contain("first came     epoch 1");
    }

    private static string HashOf(float[] weights) => global::Delivery.FastData.ContentHash.Of(TestModels.File(TestModels.News, weights)).Hex;

    private static long Epoch(JsonElement report, string generation) => report.GetProperty(generation).GetProperty("epoch").GetInt64();

    private static string Ago(DateTimeOffset time) => ((int)(TimeProvider.System.GetUtcNow() - time).TotalMinutes).ToString(CultureInfo.InvariantCulture) + "m";

    private Task<DeliveryProcess.Result> RunAsync(params string[] arguments) => DeliveryProcess.RunAsync(_folder.Path, arguments);

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        result.ExitCode.Should().Be(0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }

    // One generation an hour.
    private void Deliver(string message, params (string Name, float[] Weights, ulong Requests)[] models)
    {
        var publisher = new FastDataPublisher(FastData, _time);
        var publication = new Publication
        {
            ExpectedTip = publisher.ReadTip(default).Commit,
            Message = message,
            Models = [.. models.Select(model => new ModelChange(
                ModelName.Parse(model.Name), TestModels.File(ModelName.Parse(model.Name), model.Weights, model.Requests), Encoding.UTF8.GetBytes($"{{\"requests\":{model.Requests}}}\n")))],
        };
        publisher.Publish(publication, default).Should().BeOfType<PublishOutcome.Published>();
        _time.Advance(TimeSpan.FromHours(1));
    }
}
