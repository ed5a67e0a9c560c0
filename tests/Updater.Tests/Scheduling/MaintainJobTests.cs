using Delivery.FastData.Git.Maintaining;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.Updater.Scheduling;
using Delivery.Updater.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Delivery.Updater.Tests.Scheduling;

public sealed class MaintainJobTests : IDisposable
{
    private readonly UpdaterScene _scene = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _log.Dispose();
        _scene.Dispose();
    }

    [Fact]
    public async Task It_runs_on_its_own_schedule_beside_the_cycles()
    {
        await _scene.ExportAsync(TestModels.News, TestModels.Good);
        using var host = Host();

        await host.StartAsync();
        await UpdaterScene.UntilAsync(() => Lines("Maintenance: 0 weights moved").Any() && _scene.Epoch() == 1);
        await host.StopAsync();

        Lines("could not be done").Should().BeEmpty();
        GitProgram.FsckStrict(_scene.Folder);
    }

    [Fact]
    public async Task One_that_cannot_be_done_is_logged_and_the_next_is_tried()
    {
        await _scene.ExportAsync(TestModels.News, TestModels.Good);
        await _scene.Cycle().RunAsync(dryRun: false, default);
        using var host = Host();
        using (UpdaterScene.Hold(Path.Combine(_scene.Folder, ".git", "MAINTAIN")))
        {
            await host.StartAsync();
            await UpdaterScene.UntilAsync(() => Lines("another maintenance is under way").Count() >= 2);
        }
        await UpdaterScene.UntilAsync(() => Lines("Maintenance: 0 weights moved").Any());
        await host.StopAsync();

        _log.All.Should().Contain(line => line.Level == LogLevel.Error && line.Text.StartsWith("Maintenance could not be done, nothing is lost: ", StringComparison.Ordinal));
    }

    private IEnumerable<string> Lines(string part) => _log.All.Select(line => line.Text).Where(text => text.Contains(part, StringComparison.Ordinal));

    private IHost Host()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(_log);
        builder.Services.AddSingleton<ITrainingStore>(_scene.Store).AddSingleton(_scene.Publisher()).Configure<HostOptions>(options => options.ShutdownTimeout = UpdaterScene.Patience);
        builder.Services.AddDeliveryUpdater(_scene.Options with { Period = TimeSpan.FromDays(1) });
        builder.Services.AddDeliveryMaintenance(new FolderMaintenance(_scene.Folder, new MaintenanceOptions { LockTimeout = UpdaterScene.Patience }), TimeSpan.FromMilliseconds(200));
        return builder.Build();
    }
}
