using System.Text.Json;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.EndToEnd.Tests;

/// <summary>Another process decides without pause while generations are published.</summary>
public sealed class ReaderUnderLoadTests(ITestOutputHelper output)
{
    private const int Publishes = 200;
    private const int Models = 20;
    private const int Terminate = 15;

    [Fact]
    public async Task A_reader_under_constant_load_through_200_publishes_fails_no_decision_and_ends_at_the_last_epoch()
    {
        using var folder = new TemporaryFolder();
        var publisher = new FastDataPublisher(folder.Path);
        Publish(publisher, 0);
        using var reader = DeliveryProcess.Start(folder.Path, new Dictionary<string, string>(), "follow", "--fast-data", folder.Path, "--decide", "--json");
        await reader.LineWithAsync("\"epoch\":1,");
        // Both beside the tests of other classes, which may hold up what waits for its turn among them.
        var last = Task.Run(() => reader.LineWithAsync($"\"epoch\":{Publishes},"));

        await Task.Run(() =>
        {
            for (var n = 1; n < Publishes; n++) Publish(publisher, n);
        });
        await last;
        reader.Signal(Terminate);
        var (exitCode, printed, errors) = await reader.EndAsync();

        exitCode.Should().Be(0, errors);
        var end = JsonDocument.Parse(printed.TrimEnd().Split('\n')[^1]).RootElement;
        output.WriteLine(end.ToString());
        end.GetProperty("event").GetString().Should().Be("end");
        end.GetProperty("failed").GetInt64().Should().Be(0);
        end.GetProperty("epoch").GetInt64().Should().Be(Publishes);
        end.GetProperty("decisions").GetInt64().Should().BeGreaterThan(Publishes);
    }

    private static void Publish(FastDataPublisher publisher, int n)
    {
        var changes = Enumerable.Range(0, Models).Where(i => n == 0 || i % 4 == n % 4).Select(i =>
            new ModelChange(ModelName.Parse($"model_{i}"), TestModels.Linear($"model_{i}", seed: (1000 * n) + i, classes: 11, features: 601), "{}\n"u8.ToArray()));
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Generation {n}", Models = [.. changes] }, default)
            .Should().BeOfType<PublishOutcome.Published>();
    }
}
