using Delivery.SearchProcess.Deciding;
using Delivery.SearchProcess.Searching;

namespace Delivery.SearchProcess.Pages;

/// <summary>What people see. Plain HTML: no script, and the address bar is all the state there is.</summary>
internal static class SearchHtml
{
    /// <summary>The search box alone.</summary>
    public static Html Start() => Frame("Search", Html.Of($"{Box("", [])}<p>Try <a href=\"/?q=heart\">heart</a>, <a href=\"/?q=christmas\">christmas</a> or <a href=\"/?q=red+bag\">red bag</a>.</p>"));

    /// <summary>The results of a query.</summary>
    /// <param name="request">The question.</param>
    /// <param name="result">What was found and decided.</param>
    /// <param name="flags">The settings of this request alone, which go on to the next search.</param>
    public static Html Results(SearchRequest request, SearchResult result, IReadOnlyList<string> flags)
    {
        var problems = (request.Override?.Problems ?? []).Select(problem => Html.Of($"<li>{problem}</li>")).ToList();
        var blocks = result.Blocks.Select((block, place) => block.Wizard is { } wizard ? Box(request, wizard, block.Hits, place) : Line(request, block.Hits[0], place));
        return Frame(request.Query, Html.Of($"""
            {Box(request.Query, flags)}
            {(problems.Count == 0 ? new Html("") : Html.Of($"<section class=\"problems\"><h2>Flags that were not used</h2><ul>{Html.Join(problems)}</ul></section>"))}
            <p class="found" data-request="{request.Id}">{result.Found} products found for “{request.Query}”. <a href="{WithFlags("/explain", request.Query, flags)}">Why do the boxes stand where they do?</a></p>
            <ol class="results">{Html.Join(blocks)}</ol>
            """));
    }

    /// <summary>One product.</summary>
    public static Html Item(Product product) => Frame(product.Description, Html.Of($"""
        {Box("", [])}
        <h2>{product.Description}</h2>
        <dl>
          <dt>Stock code</dt><dd>{product.Code}</dd>
          <dt>Price</dt><dd>£{product.Price:0.00}</dd>
          <dt>Sold</dt><dd>{product.Sales} times, into {product.Countries} countries, from {product.First:yyyy-MM-dd} to {product.Last:yyyy-MM-dd}</dd>
        </dl>
        """));

    /// <summary>Something was asked that there is not.</summary>
    public static Html Problem(string text) => Frame("Not found", Html.Of($"{Box("", [])}<p>{text}</p>"));

    private static Html Line(SearchRequest request, Hit hit, int place) => Html.Of($"<li class=\"result\">{Link(request, hit, place, null)}</li>\n");

    private static Html Box(SearchRequest request, Wizard wizard, IReadOnlyList<Hit> hits, int place) => Html.Of($"""
        <li class="wizard" data-intent="{wizard.Intent}"><section aria-label="{wizard.Title}"><h2>{wizard.Title}</h2>
        <ul>{Html.Join(hits.Select(hit => Html.Of($"<li>{Link(request, hit, place, wizard.Intent)}</li>")))}</ul></section></li>

        """);

    /// <summary>A link that goes over <c>/go</c>, which logs the click; it needs no script.</summary>
    private static Html Link(SearchRequest request, Hit hit, int place, string? intent)
    {
        var address = $"/go?request={request.Id}&place={place}&item={Uri.EscapeDataString(hit.Product.Code)}" + (intent is null ? "" : $"&intent={Uri.EscapeDataString(intent)}");
        return Html.Of($"<a rel=\"nofollow\" href=\"{address}\">{hit.Product.Description}</a> <span>£{hit.Product.Price:0.00} · sold {hit.Product.Sales} times</span>");
    }

    private static string WithFlags(string path, string query, IEnumerable<string> flags) =>
        $"{path}?q={Uri.EscapeDataString(query)}{string.Concat(flags.Select(flag => $"&flag={Uri.EscapeDataString(flag)}"))}";

    private static Html Box(string query, IEnumerable<string> flags) => Html.Of($"""
        <form action="/" method="get" role="search">
          <label for="q">Search the shop</label>
          <input id="q" name="q" type="search" value="{query}" maxlength="{SearchSite.LongestQuery}" autocomplete="off">
          {Html.Join(flags.Select(flag => Html.Of($"<input type=\"hidden\" name=\"flag\" value=\"{flag}\">")))}
          <button>Search</button>
        </form>
        """);

    private static Html Frame(string title, Html body) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>{title} · Delivery sample</title>
          <link rel="stylesheet" href="/style.css">
        </head>
        <body>
        <header><h1><a href="/">Delivery sample shop</a></h1></header>
        <main>
        {body}
        </main>
        <footer>Status: <a href="/describe">in words</a>, <a href="/status">as JSON</a></footer>
        </body>
        </html>

        """);

    /// <summary>The one style sheet.</summary>
    public const string Style = """
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; color: #1b1b1b; background: #fff; }
        h1 { font-size: 1.2rem; } h1 a { color: inherit; text-decoration: none; }
        form { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; }
        input[type=search] { flex: 1 1 14rem; font: inherit; padding: .3rem .5rem; } button { font: inherit; padding: .3rem .9rem; }
        a { color: #0b4f9e; } a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid #f2a900; outline-offset: 2px; }
        span, .found, footer { color: #555; }
        .results { list-style: none; padding: 0; } .results > li { padding: .4rem 0; }
        .wizard { background: #f2f6fb; border-left: 4px solid #0b4f9e; padding-left: .8rem !important; }
        .wizard h2 { font-size: 1rem; margin: 0; } .wizard ul { margin: .2rem 0; padding-left: 1.2rem; }
        .problems { background: #fff4e5; padding: .1rem .8rem; } .problems h2 { font-size: 1rem; }
        """;
}
