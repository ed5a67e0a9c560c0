using Delivery.SearchProcess.Pages;

namespace Delivery.SearchProcess.Tests.Pages;

public sealed class HtmlTests
{
    [Fact]
    public void What_stands_in_braces_is_text_and_never_markup()
    {
        const string hostile = "<img src=x onerror=alert(1)> \"' &";

        Html.Of($"<p title=\"{hostile}\">{hostile}</p>").Text.Should().Be(
            "<p title=\"&lt;img src=x onerror=alert(1)&gt; &quot;&#x27; &amp;\">&lt;img src=x onerror=alert(1)&gt; &quot;&#x27; &amp;</p>");
    }

    [Fact]
    public void Html_in_braces_stays_html() =>
        Html.Of($"<ul>{Html.Join([Html.Of($"<li>{1}</li>"), Html.Of($"<li>{2.5:0.00}</li>")])}</ul>").Text.Should().Be("<ul><li>1</li><li>2.50</li></ul>");

    [Fact]
    public void Nothing_is_nothing() => Html.Of($"a{(string?)null}b").Text.Should().Be("ab");
}
