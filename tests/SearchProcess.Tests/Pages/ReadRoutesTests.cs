using System.Net.Sockets;
using System.Text;

namespace Delivery.SearchProcess.Tests.Pages;

/// <summary>HEAD asks for the head of the answer to GET, and for nothing else. The bytes are read from the connection, since a client would not show a body.</summary>
[Collection(ShopGroup.Name)]
public sealed class ReadRoutesTests(Shop shop)
{
    [Theory]
    [InlineData("/", 200)]
    [InlineData("/?q=heart", 200)]
    [InlineData("/?q=nothinghasthisname", 200)]
    [InlineData("/item/21034", 200)]
    [InlineData("/item/nope", 404)]
    [InlineData("/nope", 404)]
    [InlineData("/go?request=0123456789abcdef0123&place=1&item=21034", 302)]
    [InlineData("/go", 404)]
    [InlineData("/explain", 200)]
    [InlineData("/explain?q=heart", 200)]
    [InlineData("/style.css", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/status", 200)]
    [InlineData("/describe", 200)]
    public async Task The_answer_to_HEAD_has_the_status_and_headers_of_GET_and_no_body(string address, int status)
    {
        var got = await AskAsync("GET", address);
        var head = await AskAsync("HEAD", address);

        got.Status.Should().StartWith($"HTTP/1.1 {status} ");
        head.Status.Should().Be(got.Status);
        head.Body.Should().BeEmpty();
        foreach (var name in new[] { "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Location" })
        {
            head.Headers.GetValueOrDefault(name).Should().Be(got.Headers.GetValueOrDefault(name), name);
        }
        var length = head.Headers.GetValueOrDefault("Content-Length");
        if (address is "/" or "/style.css" or "/item/21034") length.Should().Be(got.Headers["Content-Length"]);
        if (address.StartsWith("/?q=", StringComparison.Ordinal)) length.Should().BeNull("a length that is known only once the page is made may be left out, but not wrong");
    }

    [Fact]
    public async Task What_nobody_sees_is_neither_shown_nor_clicked()
    {
        const string request = "00112233445566778899";
        var (shows, appended) = (shop.Outcomes().Count, await AppendedAsync());

        await AskAsync("HEAD", "/?q=heart");
        await AskAsync("HEAD", $"/go?request={request}&place=1&item=21034&intent={Shop.BargainIntent}");
        (shop.Outcomes().Count, await AppendedAsync()).Should().Be((shows, appended));

        await AskAsync("GET", $"/go?request={request}&place=1&item=21034&intent={Shop.BargainIntent}");
        shop.Outcomes()[^1].GetProperty("request").GetString().Should().Be(request, "the same address counts when a browser follows it");
    }

    private async Task<long> AppendedAsync() => (await shop.StatusAsync()).GetProperty("events").GetProperty("appended").GetInt64();

    private async Task<(string Status, Dictionary<string, string> Headers, string Body)> AskAsync(string method, string address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(shop.Address.Host, shop.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {address} HTTP/1.1\r\nHost: {shop.Address.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = answer[..end].Split("\r\n");
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
        return (lines[0], headers, answer[(end + 4)..]);
    }
}
