using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.Updater.Records;
using Delivery.Updater.Scheduling;
using Delivery.Updater.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Delivery.Updater.Tests.Scheduling;

public sealed class UpdateJobTests : IDisposable
{
    private readonly UpdaterScene _scene = new();
    private readonly LogLines _log = new();

    public UpdateJobTests() => File.WriteAllText(_scene.Options.ModelListPath, "news_wizard\n");

    public void Dispose()
    {
        _log.Dispose();
        _scene.Dispose();
    }

    [Fact]
    public async Task The_first_cycle_runs_at_start_however_long_the_period()
    {
        await _scene.ExportAsync(TestModels.News, TestModels.Good);
        using var host = Host(TimeSpan.FromDays(1));

        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => Records().Length == 1);
        await host.StopAsync();

        Records().Should().ContainSingle().Which.Result.Should().Be(CycleResult.Published);
        _scene.Epoch().Should().Be(1);
    }

    [Fact]
    public async Task Cycles_follow_each_other_by_the_period()
    {
        using var host = Host(TimeSpan.FromMilliseconds(200));

        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => Records().Length >= 4);
        await host.StopAsync();

        Records().Take(4).Should().OnlyContain(r => r.Result == CycleResult.Unchanged, "a fifth may have been stopped on its way");
    }

    [Fact]
    public async Task Cycles_do_not_overlap_and_the_runs_missed_meanwhile_become_one()
    {
        using var release = new SemaphoreSlim(0);
        _scene.Store.Fault = async (_, call, token) =>
        {
            if (call == 1) await release.WaitAsync(token);
        };
        using var host = Host(TimeSpan.FromSeconds(1));
        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => _scene.Store.AllCalls == 1);

        await Task.Delay(TimeSpan.FromSeconds(5)); // five periods go by
        _scene.Store.AllCalls.Should().Be(1, "the first cycle still runs");
        var released = TimeProvider.System.GetUtcNow();
        release.Release();
        await UpdaterScene.UntilAsync(() => Records().Length >= 4);
        await host.StopAsync();

        _scene.Store.MostAtOnce.Should().Be(1);
        var starts = Records().Skip(1).Select(r => r.Started).ToArray();
        starts[0].Should().BeOnOrAfter(released);
        starts[2].Should().BeOnOrAfter(released + TimeSpan.FromSeconds(1), "five missed runs would have come at once, one after the other");
    }

    [Fact]
    public async Task A_host_that_stops_cancels_the_cycle_under_way_and_waits_for_its_record()
    {
        _scene.Store.Fault = (_, _, token) => Task.Delay(Timeout.Infinite, token);
        using var host = Host(TimeSpan.FromDays(1));
        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => _scene.Store.AllCalls == 1);

        await host.StopAsync();

        Records().Should().ContainSingle().Which.Result.Should().Be(CycleResult.Stopped);
        _scene.Epoch().Should().Be(0);
    }

    [Fact]
    public async Task A_cycle_that_fails_does_not_end_the_schedule()
    {
        File.Delete(_scene.Options.ModelListPath);
        using var host = Host(TimeSpan.FromMilliseconds(200));

        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => Records().Length >= 1);
        await File.WriteAllTextAsync(_scene.Options.ModelListPath, "news_wizard\n");
        await UpdaterScene.UntilAsync(() => Records().Any(r => r.Result == CycleResult.Unchanged));
        await host.StopAsync();

        Records()[0].Error.Should().Contain("model_list.txt: cannot be read");
        _log.All.First().Should().Match<(LogLevel Level, string Text)>(line => line.Text.EndsWith(Records()[0].Error!, StringComparison.Ordinal), "there are no counts to follow");
    }

    [Fact]
    public async Task What_goes_wrong_behind_a_delivery_is_logged_as_a_warning()
    {
        _scene.Put(TestModels.News, TestModels.File(TestModels.News, TestModels.Good));
        _scene.BreakRetirement();
        await _scene.ExportAsync(TestModels.News, TestModels.GoodToo, 2000);
        using var host = Host(TimeSpan.FromDays(1));

        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => _log.All.Count > 0);
        await host.StopAsync();

        var record = Records().Single();
        _log.All.Should().Equal((LogLevel.Warning, $"Cycle {record.Cycle}: what it delivered is live, but: {record.Warning}"));
    }

    [Fact]
    public void Options_with_problems_are_refused_before_the_host_is_built()
    {
        var add = () => new ServiceCollection().AddDeliveryUpdater(new UpdaterOptions { Period = TimeSpan.Zero });

        add.Should().Throw<ArgumentException>().WithMessage("*Period is 00:00:00*");
    }

    private IHost Host(TimeSpan period)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(_log);
        builder.Services.AddSingleton<ITrainingStore>(_scene.Store).AddSingleton(_scene.Publisher()).Configure<HostOptions>(options => options.ShutdownTimeout = UpdaterScene.Patience);
        builder.Services.AddDeliveryUpdater(_scene.Options with { Period = period });
        return builder.Build();
    }

    private CycleRecord[] Records() => [.. _scene.Records.Read(DateTimeOffset.MinValue)];
}
