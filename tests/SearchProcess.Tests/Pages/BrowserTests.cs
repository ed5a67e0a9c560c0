using Microsoft.Playwright;

namespace Delivery.SearchProcess.Tests.Pages;

/// <summary>The page in a real browser: Chromium of the distribution, without a window.</summary>
[Collection(ShopGroup.Name)]
public sealed class BrowserTests(Shop shop) : IAsyncLifetime
{
    /// <summary>Long enough for the slowest machine; a test that gets here has failed.</summary>
    private const float Patience = 120_000; // ms

    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var program = Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is needed by this test; ./test.sh installs it.");
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox"], Timeout = Patience }); // root in a container has no sandbox
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    [Fact]
    public async Task A_wizard_is_found_clicked_logged_and_moves_with_the_next_model()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3, requestCount: 10)); // far below FullRandomReqCount: its place is drawn
        var page = await OpenAsync();

        // The search box, by its label, as a reader of screens finds it. One draw in 11 leaves the wizard out: another query draws anew.
        var wizard = page.Locator($"[data-intent={Shop.BargainIntent}]");
        foreach (var query in new[] { "heart", "red bag", "christmas", "white", "glass", "paper", "lunch", "vintage", "pink", "blue", "card", "set" })
        {
            await page.GetByLabel("Search the shop").FillAsync(query);
            await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
            await page.WaitForURLAsync(url => url.EndsWith("/?q=" + query.Replace(' ', '+'), StringComparison.Ordinal)); // and until it is loaded: the page before has the query in its box too
            await Assertions.Expect(page.GetByLabel("Search the shop")).ToHaveValueAsync(query);
            if (await wizard.CountAsync() == 1) break;
        }
        await Assertions.Expect(page.Locator("li.result")).ToHaveCountAsync(10);
        var request = await page.Locator("[data-request]").GetAttributeAsync("data-request");
        var decision = (await shop.DecisionsOfAsync(request!)).Should().ContainSingle().Subject;
        var place = await PlaceAsync(page);
        place.Should().Be((int)decision.Shown);

        var item = wizard.GetByRole(AriaRole.Link).First;
        var name = await item.TextContentAsync();
        await item.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        var lines = shop.Outcomes().Where(line => line.GetProperty("request").GetString() == request).ToList();
        lines.Select(line => line.GetProperty("event").GetString()).Should().Equal("show", "click");
        (lines[1].GetProperty("intent").GetString(), lines[1].GetProperty("place").GetInt32()).Should().Be((Shop.BargainIntent, place));
        page.Url.Should().EndWith("/item/" + lines[1].GetProperty("item").GetString());

        foreach (var best in new[] { 7, 1 })
        {
            await shop.PublishAsync(Shop.Placing(Shop.Bargain, best));
            await page.GotoAsync(new Uri(shop.Address, "/?q=heart").ToString());
            (await PlaceAsync(page)).Should().Be(best, "the next request is decided by the new model");
        }
    }

    [Fact]
    public async Task Markup_in_a_query_stays_text()
    {
        const string hostile = "heart\"><script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">";
        var page = await OpenAsync();
        var dialogs = 0;
        page.Dialog += (_, _) => dialogs++;

        await page.GetByLabel("Search the shop").FillAsync(hostile);
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();

        await Assertions.Expect(page.Locator(".found")).ToContainTextAsync($"“{hostile}”");
        (await page.TitleAsync()).Should().StartWith("heart\"><script>", "the title shows the query, and no script has changed it");
        (await page.Locator("script, img").CountAsync()).Should().Be(0);
        (await page.GetByLabel("Search the shop").InputValueAsync()).Should().Be(hostile);
        dialogs.Should().Be(0);
    }

    [Fact]
    public async Task The_page_works_with_the_keyboard_alone_and_without_script()
    {
        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 0));
        var page = await OpenAsync(javaScript: false);

        await page.GetByLabel("Search the shop").FocusAsync();
        await page.Keyboard.TypeAsync("heart");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("ol.results > li").First).ToContainTextAsync("Bargains");
        await page.Locator("li.wizard a").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Stock code")).ToBeVisibleAsync();
    }

    private async Task<IPage> OpenAsync(bool javaScript = true)
    {
        var page = await _browser!.NewPageAsync(new BrowserNewPageOptions { JavaScriptEnabled = javaScript });
        page.SetDefaultTimeout(Patience);
        await page.GotoAsync(shop.Address.ToString());
        return page;
    }

    /// <summary>Where the bargains stand, from 0.</summary>
    private static async Task<int> PlaceAsync(IPage page)
    {
        var intents = await page.Locator("ol.results > li").EvaluateAllAsync<string[]>("items => items.map(item => item.dataset.intent ?? '')");
        return Array.IndexOf(intents, Shop.BargainIntent);
    }
}
