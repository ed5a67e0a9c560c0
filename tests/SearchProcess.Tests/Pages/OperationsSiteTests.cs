using System.Net;

namespace Delivery.SearchProcess.Tests.Pages;

/// <summary>What operators and load balancers ask a process of its own.</summary>
public sealed class OperationsSiteTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Without_models_the_page_is_in_service_but_its_models_are_not_healthy()
    {
        (await GetAsync("/healthz")).Should().Be((HttpStatusCode.OK, "Waiting\n"));
        var (code, text) = await GetAsync("/healthz/models");
        code.Should().Be(HttpStatusCode.ServiceUnavailable);
        text.Should().StartWith("Unhealthy No model is loaded from ");

        await shop.PublishAsync(Shop.Placing(Shop.Bargain, best: 3));

        (code, text) = await GetAsync("/healthz/models");
        code.Should().Be(HttpStatusCode.OK);
        text.Should().StartWith("Degraded ", "the model of the test says that it learned its last long ago");
        var (_, described) = await GetAsync("/describe");
        described.Should().Contain(Shop.Bargain).And.MatchRegex("epoch +1,");
        (await shop.StatusAsync()).GetProperty("models").GetArrayLength().Should().Be(1);
    }

    private async Task<(HttpStatusCode Code, string Text)> GetAsync(string address)
    {
        using var answer = await shop.Http.GetAsync(address);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
