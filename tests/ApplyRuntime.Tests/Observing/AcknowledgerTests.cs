using Delivery.ApplyRuntime.Tests.Leasing;
using Delivery.FastData.Acknowledging;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

public sealed class AcknowledgerTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scene.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_swap_is_acknowledged_with_the_result_of_each_model_and_the_ones_before()
    {
        var runtime = Open();
        await Scene.UntilAsync(() => Said() is { Epoch: 0 });

        var first = _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).With("b", FolderBuilder.Choosing("b", 1)).Publish();
        runtime.Refresh();
        var second = _scene.Builder.With("a", FolderBuilder.Choosing("a", 2)).With("b", FolderBuilder.Choosing("b", 2)).With("c", FolderBuilder.Choosing("c", 2)).Prepare(2);
        File.Delete(_scene.Builder.PathOf("b"));
        File.Delete(_scene.Builder.PathOf("c"));
        _scene.Builder.PointTo(second);
        var status = runtime.Refresh();
        await Scene.UntilAsync(() => Said() is { Epoch: 2 });

        var said = Said()!;
        (said.Host, said.Process, said.Folder, said.Commit, said.AppliedAt).Should().Be((Environment.MachineName, ProcessIdentity.Current, _scene.Root, second.Commit.Hex, status.AppliedAt));
        said.Models.Select(model => (model.Name, model.Result)).Should().Equal(("b", AppliedResult.KeptOlder), ("c", AppliedResult.Missing), ("a", AppliedResult.Applied));
        said.Models[0].Should().Match<AcknowledgedModel>(b => b.Sha256 == status.Models[1].Content.Hex && b.Problem!.Contains(".pb"));
        said.History.Select(entry => (entry.Epoch, entry.Commit, entry.NotApplied)).Should().Equal((1L, first.Commit.Hex, 0), (2L, second.Commit.Hex, 2));
        runtime.Status.Acknowledgement!.Problem.Should().BeNull();
    }

    [Fact]
    public async Task A_model_that_is_put_right_later_and_a_pointer_that_cannot_be_followed_are_acknowledged()
    {
        var pointer = _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).With("b", FolderBuilder.Choosing("b", 1)).Prepare(1);
        var path = _scene.Builder.PathOf("b");
        var file = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        _scene.Builder.PointTo(pointer);
        var runtime = Open();
        await Scene.UntilAsync(() => Said() is { Epoch: 1 } said && said.History[0].NotApplied == 1);

        await File.WriteAllBytesAsync(path, file);
        runtime.Refresh();
        await Scene.UntilAsync(() => Said()!.History[0].NotApplied == 0);
        Said()!.History.Should().ContainSingle("it is the same generation");

        _scene.Builder.WriteCurrent("no pointer\n"u8.ToArray());
        runtime.Refresh();
        await Scene.UntilAsync(() => Said()!.Problem is not null);
        Said()!.Problem.Should().Contain("CURRENT");
    }

    [Fact]
    public async Task A_lease_that_is_held_for_too_long_is_no_problem_of_what_is_applied()
    {
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Acknowledgements = Directory, ReportLeasesAfter = TimeSpan.FromTicks(1) });
        using var held = new HeldLease(runtime);
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 2)).Publish();

        runtime.Refresh();
        runtime.Refresh().OverdueLeases.Should().ContainSingle();
        await Scene.UntilAsync(() => Said() is { Epoch: 2 });

        Said()!.Problem.Should().BeNull("others would think that this process has not got all of the generation");
    }

    [Fact]
    public async Task Closing_takes_the_file_away_and_two_runtimes_have_two()
    {
        var (one, two) = (Open(), Open());
        await Scene.UntilAsync(() => AcknowledgementFolder.Read(Directory).Count == 2);

        one.Dispose(); // waits for ten seconds and not for ever, so it may be the file that goes later
        await Scene.UntilAsync(() => AcknowledgementFolder.Read(Directory).Count == 1);
        AcknowledgementFolder.Read(Directory).Should().ContainSingle().Which.Path.Should().Be(two.Status.Acknowledgement!.Path);
        await two.DisposeAsync();

        await Scene.UntilAsync(() => !System.IO.Directory.EnumerateFileSystemEntries(Directory).Any());
    }

    [Fact]
    public async Task A_sign_of_life_is_given_and_a_file_that_somebody_removed_comes_back()
    {
        var time = new ManualTime();
        var runtime = Open(time, TimeSpan.FromMilliseconds(100));
        var path = runtime.Status.Acknowledgement!.Path;
        await Scene.UntilAsync(() => File.Exists(path));

        time.Advance(TimeSpan.FromHours(1));
        await Scene.UntilAsync(() => runtime.Status.Acknowledgement!.WrittenAt == time.GetUtcNow());
        new DateTimeOffset(File.GetLastWriteTimeUtc(path)).Should().Be(time.GetUtcNow());
        File.Delete(path);
        await Scene.UntilAsync(() => File.Exists(path));

        Said()!.Runtime.Should().BePositive();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_disturbs_nothing_and_is_told_until_it_can()
    {
        await File.WriteAllTextAsync(Directory, "a file where the directory should be");
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        var runtime = Open(heartbeat: TimeSpan.FromMilliseconds(100));

        runtime.Decide("a", Scene.Ones).Class.Should().Be(1);
        await Scene.UntilAsync(() => runtime.Status.Acknowledgement!.Problem is not null);
        runtime.Status.Problems.Should().BeEmpty("reloads have nothing to do with it");
        runtime.Describe().Should().Contain(runtime.Status.Acknowledgement!.Problem);
        File.Delete(Directory);
        await Scene.UntilAsync(() => runtime.Status.Acknowledgement!.Problem is null);

        Said()!.Epoch.Should().Be(1);
    }

    [Fact]
    public async Task What_cannot_be_written_now_leaves_the_file_before_with_signs_of_life()
    {
        var time = new ManualTime();
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1)).Publish();
        var runtime = Open(time, TimeSpan.FromMilliseconds(100));
        var path = runtime.Status.Acknowledgement!.Path;
        await Scene.UntilAsync(() => Said() is { Epoch: 1 });
        var inTheWay = Path.Combine(Directory, AcknowledgementFolder.TemporaryPrefix + Path.GetFileName(path));
        System.IO.Directory.CreateDirectory(inTheWay); // as little can be written as on a full disk

        _scene.Builder.Publish();
        runtime.Refresh();
        await Scene.UntilAsync(() => runtime.Status.Acknowledgement!.Problem is not null);
        time.Advance(TimeSpan.FromHours(1));
        await Scene.UntilAsync(() => new DateTimeOffset(File.GetLastWriteTimeUtc(path)) == time.GetUtcNow());
        Said()!.Epoch.Should().Be(1, "whoever reads it sees a process that lives and is behind, and none that is gone");
        System.IO.Directory.Delete(inTheWay);

        await Scene.UntilAsync(() => Said() is { Epoch: 2 });
    }

    [Fact]
    public void Only_the_last_hundred_generations_are_kept()
    {
        _scene.Builder.With("a", FolderBuilder.Choosing("a", 1));
        var runtime = Open();
        for (var i = 0; i < Acknowledgement.MostEpochs + 20; i++)
        {
            _scene.Builder.Publish();
            runtime.Refresh();
        }
        SpinWait.SpinUntil(() => Said() is { Epoch: Acknowledgement.MostEpochs + 20 }, Scene.Patience).Should().BeTrue();

        var history = Said()!.History;
        history.Should().HaveCount(Acknowledgement.MostEpochs);
        (history[0].Epoch, history[^1].Epoch).Should().Be((21, Acknowledgement.MostEpochs + 20));
    }

    [Fact]
    public async Task A_leftover_of_a_dead_process_goes_after_a_day_and_others_stay()
    {
        using (var source = Open())
        {
            await Scene.UntilAsync(() => Said() is not null);
            var said = Said()!;
            Leave("old", said with { Process = said.Process with { Start = "1" } }, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
            Leave("young", said with { Process = said.Process with { Start = "1" } }, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
            Leave("elsewhere", said with { Process = said.Process with { Space = "elsewhere" } }, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
            Leave("half", said with { Process = said.Process with { Start = "1" } }, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2), AcknowledgementFolder.TemporaryPrefix);
            Leave("written", said with { Process = said.Process with { Start = "1" } }, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2), AcknowledgementFolder.TemporaryPrefix);
        }

        using var next = Open();
        await Scene.UntilAsync(() => next.Status.Acknowledgement!.WrittenAt is not null);

        AcknowledgementFolder.Read(Directory).Select(file => Path.GetFileName(file.Path).Split('-')[^1]).Where(name => !int.TryParse(name.Split('.')[0], out _))
            .Should().BeEquivalentTo("young.json", "elsewhere.json");
        AcknowledgementFolder.HalfWritten(Directory, Environment.MachineName).Should().ContainSingle("another process may be writing what is young").Which.Should().EndWith("-written.json");
    }

    [Fact]
    public void A_directory_inside_the_folder_is_refused()
    {
        var open = () => _scene.Open(Scene.OnlyWhenAsked with { Acknowledgements = Path.Combine(_scene.Root, "applied") });

        open.Should().Throw<ArgumentException>().WithMessage("*Acknowledgements is *must not stand in the fast-data folder, into which readers never write.*");
    }

    private string Directory => _folder["applied"];

    private ModelRuntime Open(TimeProvider? time = null, TimeSpan? heartbeat = null) => _scene.Open(Scene.OnlyWhenAsked with
    {
        Acknowledgements = Directory,
        Time = time ?? TimeProvider.System,
        AcknowledgementHeartbeat = heartbeat ?? TimeSpan.FromMinutes(1),
    });

    private Acknowledgement? Said() => AcknowledgementFolder.Read(Directory) is [var file, ..] ? file.Content : null;

    private void Leave(string name, Acknowledgement said, DateTime seen, string prefix = "")
    {
        var path = Path.Combine(Directory, prefix + AcknowledgementFolder.FileName(said.Host, said.Process, 1).Replace("-1.json", $"-{name}.json", StringComparison.Ordinal));
        File.WriteAllBytes(path, said.ToBytes());
        File.SetLastWriteTimeUtc(path, seen);
    }
}
