using System.Security.Cryptography;
using System.Text;
using Delivery.ApplyRuntime;
using Delivery.SearchProcess.Deciding;
using Delivery.SearchProcess.Logging;
using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Pages;

/// <summary>The addresses that people and browsers ask for: search, click, product, explanation.</summary>
internal sealed class SearchSite(SearchPage page, Catalogue catalogue, ModelRuntime runtime, OutcomeLog outcomes, TimeProvider time)
{
    public const int LongestQuery = 200;
    private const string HtmlType = "text/html";
    private const string UserCookie = "user";

    public void Map(WebApplication site)
    {
        site.Use(Guard);
        site.MapRead("/", Search);
        site.MapRead("/go", Go);
        site.MapRead("/item/{code}", (string code) => catalogue.Find(code) is { } product ? Page(SearchHtml.Item(product)) : NotFound($"There is no product {code}."));
        site.MapRead("/explain", Explain);
        site.MapRead("/style.css", () => Results.Text(SearchHtml.Style, "text/css", Encoding.UTF8));
        site.MapFallback(() => NotFound("There is no such page."));
    }

    /// <summary>No script at all runs on these pages, so markup that slipped through an encoding would still be inert.</summary>
    private static Task Guard(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store"; // a page from a cache would have the request id of another request
        return next(http);
    }

    private IResult Search(HttpContext http)
    {
        var request = Read(http, out var flags);
        if (request.Query.Length == 0) return Page(SearchHtml.Start());
        if (HttpMethods.IsHead(http.Request.Method)) return Results.Text((string?)null, HtmlType, Encoding.UTF8); // nobody sees a page, so none is decided on, and learned from
        var result = page.Search(request);
        outcomes.Append(new Shown(request.Time, request.Id, request.User, request.Query,
            [.. result.Blocks.Select(block => new ShownBlock(block.Wizard?.Intent, [.. block.Hits.Select(hit => hit.Product.Code)]))]));
        return Page(SearchHtml.Results(request, result, flags));
    }

    /// <summary>Logs a click and sends the browser on. Only to a product of the catalogue: nobody can be sent elsewhere with it.</summary>
    private IResult Go(HttpContext http, string? request, int? place, string? item, string? intent)
    {
        if (item is null || catalogue.Find(item) is not { } product) return NotFound($"There is no product {item}.");
        var isOurs = request is { Length: > 0 and <= 64 } && request.All(char.IsAsciiHexDigitLower) && place is >= 0 and <= SearchPage.Results + 1
            && (intent is null || Wizards.All.Any(wizard => wizard.Intent == intent));
        if (isOurs && !HttpMethods.IsHead(http.Request.Method)) outcomes.Append(new Clicked(time.GetUtcNow(), request!, place!.Value, intent, product.Code));
        return Results.Redirect($"/item/{Uri.EscapeDataString(product.Code)}");
    }

    private IResult Explain(HttpContext http)
    {
        var request = Read(http, out _);
        return request.Query.Length == 0 ? Page(SearchHtml.Problem("Say which query: /explain?q=heart")) : Results.Text(page.Explain(request), "text/plain", Encoding.UTF8);
    }

    private SearchRequest Read(HttpContext http, out IReadOnlyList<string> flags)
    {
        var query = http.Request.Query["q"].ToString().Trim();
        flags = [.. http.Request.Query["flag"].OfType<string>()];
        return new SearchRequest(RandomId(), User(http), query.Length <= LongestQuery ? query : query[..LongestQuery], time.GetUtcNow(),
            flags.Count == 0 ? null : runtime.StartOverride().Flags(flags).Build());
    }

    /// <summary>A random number in a cookie: it tells users apart, and nothing about them.</summary>
    private static string User(HttpContext http)
    {
        if (http.Request.Cookies[UserCookie] is { Length: > 0 and <= 64 } known && known.All(char.IsAsciiHexDigitLower)) return known;
        var user = RandomId();
        http.Response.Cookies.Append(UserCookie, user, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(30), IsEssential = true });
        return user;
    }

    /// <summary>Nobody can guess it, so nobody can add clicks to a page that is not theirs.</summary>
    private static string RandomId() => RandomNumberGenerator.GetHexString(20, lowercase: true);

    private static IResult Page(Html html) => Results.Text(html.Text, HtmlType, Encoding.UTF8);

    private static IResult NotFound(string text) => Results.Text(SearchHtml.Problem(text).Text, HtmlType, Encoding.UTF8, StatusCodes.Status404NotFound);
}
