using System.Net;
using System.Text.Json;
using Delivery.SearchProcess.Deciding;

namespace Delivery.SearchProcess.Tests.Pages;

/// <summary>Real requests to the real process.</summary>
[Collection(ShopGroup.Name)]
public sealed class SearchSiteTests(Shop shop)
{
    private const string Flag = "scheme_Local/BlenderOnlineLearning/ApplyModels/";

    [Fact]
    public async Task A_page_has_ten_results_and_the_wizards_where_the_models_say()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));

        var blocks = Shop.Blocks(await GetAsync("/?q=heart"));

        blocks.Should().HaveCount(12);
        blocks.Count(intent => intent is null).Should().Be(10);
        blocks[3].Should().Be(Shop.BargainIntent);
        blocks[5].Should().Be(Shop.NewIntent, "it has no model, and no exploration: its fallback position is 5");
    }

    [Fact]
    public async Task A_model_can_leave_its_wizard_out()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 10));

        Shop.Blocks(await GetAsync("/?q=heart")).Should().HaveCount(11).And.NotContain(Shop.BargainIntent);
    }

    [Fact]
    public async Task A_show_and_its_clicks_carry_the_request_id_of_the_randomised_decision()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3, requestCount: 999)); // one below FullRandomReqCount
        var page = await GetAsync("/?q=heart");
        var request = Shop.RequestOf(page);

        var click = await shop.Http.GetAsync($"/go?request={request}&place=1&item=21034&intent={Shop.BargainIntent}");

        click.StatusCode.Should().Be(HttpStatusCode.Redirect);
        click.Headers.Location!.ToString().Should().Be("/item/21034");
        var decision = (await shop.DecisionsOfAsync(request)).Should().ContainSingle("the other wizard does not explore").Subject;
        (decision.Model, decision.Intent, decision.ClassCount, decision.Propensity, decision.Pivot).Should().Be((Shop.Bargain, Shop.BargainIntent, 11u, 1.0 / 11, 3u));
        decision.Features.Should().HaveCount(QueryFeatures.Count);
        var lines = shop.Outcomes().Where(line => line.GetProperty("request").GetString() == request).ToList();
        lines.Select(line => line.GetProperty("event").GetString()).Should().Equal("show", "click");
        lines[0].GetProperty("query").GetString().Should().Be("heart");
        lines[0].GetProperty("blocks").EnumerateArray().Select(block => block.GetProperty("intent").GetString()).Should().Equal(Shop.Blocks(page));
        Shop.Blocks(page).ToList().IndexOf(Shop.BargainIntent).Should().Be(decision.Shown == 10 ? -1 : (int)decision.Shown);
        (lines[1].GetProperty("place").GetInt32(), lines[1].GetProperty("item").GetString()).Should().Be((1, "21034"));
    }

    [Fact]
    public async Task A_flag_changes_the_settings_of_one_request()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));
        var flag = Uri.EscapeDataString(Flag + """bargain_position={"Intent":"BARGAIN_WIZARD","ModelSource":"fast_data","RandomizeParams":{"RandomizeBundle":"positional_random","FixedPosReqCount":2000,"FixedPos":8}}""");

        var changed = Shop.Blocks(await GetAsync($"/?q=heart&flag={flag}"));
        var after = Shop.Blocks(await GetAsync("/?q=heart"));

        changed[8].Should().Be(Shop.BargainIntent, "the model has seen 1000 requests, fewer than the 2000 of the flag");
        after[3].Should().Be(Shop.BargainIntent);
    }

    [Fact]
    public async Task A_flag_with_a_mistake_is_told_on_the_page_and_changes_nothing()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));

        var page = await GetAsync($"/?q=heart&flag={Uri.EscapeDataString(Flag + """bargain_position={"Intend":"<b>"}""")}");

        Shop.Blocks(page)[3].Should().Be(Shop.BargainIntent);
        page.Should().Contain("Flags that were not used").And.Contain("Intend").And.NotContain("<b>");
    }

    [Fact]
    public async Task The_settings_file_is_followed_and_a_mistake_in_it_changes_nothing()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));
        await File.WriteAllTextAsync(shop.SettingsFile, Shop.Settings.Replace("\"FallBackBlenderPos\": 5", "\"FallBackBlenderPos\": 0", StringComparison.Ordinal));
        await Shop.UntilAsync(async () => Shop.Blocks(await GetAsync("/?q=heart"))[0] == Shop.NewIntent);

        await File.WriteAllTextAsync(shop.SettingsFile, "{ \"ApplyModels\": 7 }");
        await Shop.UntilAsync(async () => Problems(await shop.StatusAsync()).Any(problem => problem.Contains("ApplyModels", StringComparison.Ordinal))); // before, it may be seen empty

        Shop.Blocks(await GetAsync("/?q=heart"))[0].Should().Be(Shop.NewIntent);
        Problems(await shop.StatusAsync()).Should().ContainSingle();
        (await shop.Http.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);

        await File.WriteAllTextAsync(shop.SettingsFile, Shop.Settings);
        await Shop.UntilAsync(async () => Shop.Blocks(await GetAsync("/?q=heart"))[5] == Shop.NewIntent);
    }

    [Fact]
    public async Task A_damaged_model_keeps_the_one_before()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));
        shop.Models.With(Shop.Bargain, Shop.Placing(Shop.Bargain, best: 7));
        var pointer = shop.Models.Prepare(shop.Models.Epoch + 1);
        var bytes = await File.ReadAllBytesAsync(shop.Models.PathOf(Shop.Bargain));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(shop.Models.PathOf(Shop.Bargain), bytes);
        shop.Models.PointTo(pointer);

        await Shop.UntilAsync(async () => (await shop.StatusAsync()).GetProperty("problems").GetArrayLength() > 0);

        Shop.Blocks(await GetAsync("/?q=heart"))[3].Should().Be(Shop.BargainIntent);
        File.Delete(shop.Models.PathOf(Shop.Bargain)); // or the next test that publishes this content would find the damaged one
    }

    [Fact]
    public async Task The_explanation_says_why()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));

        var text = await GetAsync("/explain?q=heart");

        text.Should().Contain("The model's best: class 3.").And.Contain("FallBackBlenderPos: class 5.").And.Contain("Features: 0.25, 0.15625, 1,");
        (await GetAsync("/explain?q=regency+cakestand")).Should().Contain("has nothing to show for this query");
    }

    [Fact]
    public async Task What_a_user_types_never_becomes_markup()
    {
        const string hostile = "heart\"><script>document.title='stolen'</script>";

        var page = await GetAsync($"/?q={Uri.EscapeDataString(hostile)}&flag={Uri.EscapeDataString("\"><script>1</script>")}");

        page.Should().NotContain("<script").And.Contain("value=\"heart&quot;&gt;&lt;script&gt;");
        (await GetAsync("/item/" + Uri.EscapeDataString("<script>"), HttpStatusCode.NotFound)).Should().NotContain("<script").And.Contain("&lt;script&gt;");
    }

    [Theory]
    [InlineData("/?q=", HttpStatusCode.OK)]
    [InlineData("/?q=nothinghasthisname", HttpStatusCode.OK)]
    [InlineData("/?q=!!!", HttpStatusCode.OK)]
    [InlineData("/?q=%00%ff%fe", HttpStatusCode.OK)]
    [InlineData("/item/nope", HttpStatusCode.NotFound)]
    [InlineData("/nope", HttpStatusCode.NotFound)]
    [InlineData("/go", HttpStatusCode.NotFound)]
    [InlineData("/go?request=1&place=0&item=https://example.org", HttpStatusCode.NotFound)]
    [InlineData("/go?request=1&place=first&item=21034", HttpStatusCode.BadRequest)]
    [InlineData("/style.css", HttpStatusCode.OK)]
    public async Task Anything_may_be_asked(string address, HttpStatusCode expected) => await GetAsync(address, expected);

    [Theory]
    [InlineData("request=UPPER&place=1&item=21034")]
    [InlineData("request=0123456789abcdef0123&place=12&item=21034")]
    [InlineData("request=0123456789abcdef0123&place=-1&item=21034")]
    [InlineData("request=0123456789abcdef0123&place=1&item=21034&intent=SOMEBODY")]
    public async Task A_click_that_no_page_offers_is_sent_on_but_not_logged(string click)
    {
        var before = shop.Outcomes().Count(line => line.GetProperty("event").GetString() == "click");

        var answer = await shop.Http.GetAsync("/go?" + click);

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        shop.Outcomes().Count(line => line.GetProperty("event").GetString() == "click").Should().Be(before);
    }

    [Fact]
    public async Task Searches_go_on_while_models_change()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 0));
        for (var best = 0; best < 10; best++)
        {
            var publishing = shop.PublishAsync(Shop.Placing(Shop.Bargain, best));
            while (!publishing.IsCompleted) (await PlaceAsync()).Should().BeInRange(Math.Max(0, best - 1), best);
            await publishing;
            (await PlaceAsync()).Should().Be(best);
        }

        async Task<int> PlaceAsync()
        {
            var blocks = Shop.Blocks(await GetAsync("/?q=heart")).ToList();
            blocks.Should().HaveCount(12);
            return blocks.IndexOf(Shop.BargainIntent);
        }
    }

    private static IEnumerable<string> Problems(JsonElement status) =>
        status.GetProperty("configuration").GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!);

    private async Task<string> GetAsync(string address, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var answer = await shop.Http.GetAsync(address);
        answer.StatusCode.Should().Be(expected, address);
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'");
        return await answer.Content.ReadAsStringAsync();
    }
}
