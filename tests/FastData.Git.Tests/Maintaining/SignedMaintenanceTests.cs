using Delivery.FastData.Git.Control;
using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Git.Tests.Signing;
using Delivery.FastData.Git.Verifying;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Maintaining;

/// <summary>Maintenance and orders on a folder whose deliveries are signed.</summary>
public sealed class SignedMaintenanceTests : IDisposable
{
    private readonly SigningScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Maintenance_keeps_all_signatures_hot_and_a_repack_loses_none()
    {
        for (var n = 1; n <= 6; n++) _scene.Publish(n);
        var options = new MaintenanceOptions { KeepWeights = TimeSpan.FromDays(1) };
        var later = new Later(TimeSpan.FromDays(3));

        var first = await new FolderMaintenance(_scene.Folder, options, later).RunAsync(dryRun: false, default);
        _scene.Publish(7);
        _scene.Publish(8);
        var second = await new FolderMaintenance(_scene.Folder, options, later).RunAsync(dryRun: false, default);
        GitProgram.Run(_scene.Folder, "repack", "-a", "-d", "-l", "-q");
        GitProgram.Run(_scene.Folder, "prune", "--expire=now");

        first.WeightsMoved.Should().Be(5);
        second.WeightsMoved.Should().Be(2);
        first.Warnings.Concat(second.Warnings).Should().BeEmpty();
        GitProgram.FsckStrict(_scene.Folder);
        Directory.Move(_scene["fast-data-cold"], _scene["away"]);
        _scene.Travelling().Should().HaveCount(8);
        foreach (var name in _scene.Travelling()) GitProgram.Run(_scene.Folder, "cat-file", "blob", $"{SignedDelivery.SignaturesRef}:{name}").Should().StartWith("-----BEGIN SSH SIGNATURE-----");
        Directory.Move(_scene["away"], _scene["fast-data-cold"]);
        (await new FolderVerification(_scene.Folder) { AllowedSigners = _scene.Allowed }.VerifyAsync(null, default)).Findings.Should().BeEmpty();
        _scene.Publish(9);
        _scene.ReadTrusted().Epoch.Should().Be(9);
    }

    [Fact]
    public async Task Orders_are_signed_as_deliveries_are()
    {
        _scene.Publish(1);
        _scene.Publish(2);
        var control = new FastDataControl(_scene.Publisher(), TimeProvider.System);
        var request = new ControlRequest(new Actor("ann", "ann@localhost"), "clicks fell");

        control.Rollback(null, new VersionTarget.Steps(1), request, default).Should().BeOfType<ControlOutcome.Done>();
        control.Pin(Models.ModelName.Parse("news"), null, request, default).Should().BeOfType<ControlOutcome.Done>();
        control.Freeze(request, default).Should().BeOfType<ControlOutcome.Done>().Which.Epoch.Should().Be(5);

        _scene.ReadTrusted().Epoch.Should().Be(5);
        (await new FolderVerification(_scene.Folder) { AllowedSigners = _scene.Allowed }.VerifyAsync(null, default)).Findings.Should().BeEmpty("each commit and each manifest is signed");
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
