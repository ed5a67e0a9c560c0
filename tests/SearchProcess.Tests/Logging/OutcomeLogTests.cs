using System.Text.Json;
using Delivery.SearchProcess.Logging;
using Delivery.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Delivery.SearchProcess.Tests.Logging;

public sealed class OutcomeLogTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_is_one_object_in_the_documented_form_and_restarts_append()
    {
        var path = _folder["log/outcomes.jsonl"];
        using (var log = new OutcomeLog(path, NullLogger.Instance)) log.Append(new Shown(Time, "ab", "cd", "a \"b\"\n", [new(null, ["1"]), new("BARGAIN_WIZARD", ["2", "3"])]));
        using (var log = new OutcomeLog(path, NullLogger.Instance)) log.Append(new Clicked(Time, "ab", 1, "BARGAIN_WIZARD", "2"));

        File.ReadAllLines(path).Should().Equal(
            """{"event":"show","time":"2026-01-01T10:00:00+00:00","request":"ab","user":"cd","query":"a \u0022b\u0022\n","blocks":[{"intent":null,"items":["1"]},{"intent":"BARGAIN_WIZARD","items":["2","3"]}]}""",
            """{"event":"click","time":"2026-01-01T10:00:00+00:00","request":"ab","place":1,"intent":"BARGAIN_WIZARD","item":"2"}""");
    }

    [Fact]
    public async Task Lines_of_many_threads_stay_whole()
    {
        var path = _folder["outcomes.jsonl"];
        using (var log = new OutcomeLog(path, NullLogger.Instance))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < 250; i++) log.Append(new Clicked(Time, $"{thread}-{i}", i, null, "item"));
            })));
        }

        File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("request").GetString()).Should().OnlyHaveUniqueItems().And.HaveCount(1000);
    }
}
