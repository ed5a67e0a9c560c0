using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>The rules of Windows, on any system: a mapped file is neither deleted nor replaced, and an open CURRENT not for a while.</summary>
public sealed class WindowsRulesTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly WindowsCalls _calls = new();

    private string Folder => _temporary["fast-data"];

    private FolderLayout Layout => new(Folder);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(Scenario.First)]
    [InlineData(Scenario.Second)]
    [InlineData(Scenario.Rollback)]
    [InlineData(Scenario.Cleanup)]
    public void Every_operation_works_under_the_rules_of_Windows(string operation)
    {
        var scenario = Scenario.Publish(operation);
        var judge = new Judge(scenario);
        scenario.Start.WriteTo(Folder);

        var reported = scenario.Work(Scenario.Publisher(Folder, _calls));

        _calls.Refusals.Should().Be(0, "what is sealed is unsealed before it goes");
        judge.ShouldKeepPromises(Folder, reported, operation, Scenario.Publisher(Folder, _calls));
    }

    [Fact]
    public void Mapped_files_stay_sealed_with_a_warning_and_go_once_no_reader_maps_them()
    {
        Publish(1);
        var old = FolderState.ReadLiveWhole(Folder)!.Models.Where(model => model.Name.Value != "same").Select(Layout.ModelPath).ToList();
        old.ForEach(_calls.Map);
        for (var n = 2; n <= 3; n++) Publish(n).Warning.Should().BeNull();

        for (var n = 4; n <= 6; n++) Publish(n).Warning.Should().Contain("2 files stay until a later publish");
        old.Should().OnlyContain(path => new FileInfo(path).IsReadOnly);
        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(6);

        _calls.UnmapAll();
        Publish(7).Warning.Should().BeNull();
        old.Should().NotContain(path => File.Exists(path));
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_pointer_that_a_reader_holds_for_a_moment_is_replaced_after_it()
    {
        Publish(1);
        _calls.Hold(Layout.Current, attempts: 5);

        Publish(2).Epoch.Should().Be(2);

        _calls.Refusals.Should().Be(5);
        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(2);
    }

    [Fact]
    public void A_pointer_that_is_held_for_long_fails_the_publish_and_loses_no_generation()
    {
        Publish(1);
        _calls.Hold(Layout.Current, attempts: int.MaxValue);

        var act = () => Publish(2);

        act.Should().Throw<IOException>().WithMessage("*used by another process*");
        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(1, "readers keep what they have");
        _calls.Hold(Layout.Current, attempts: 0);
        Scenario.Publisher(Folder, _calls).ReadTip(default).Epoch.Should().Be(2, "what was committed becomes live");
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_damaged_file_that_a_reader_maps_holds_back_no_other()
    {
        Publish(1);
        var damaged = Layout.ModelPath(FolderState.ReadLiveWhole(Folder)!.Models.Single(model => model.Name.Value == "same"));
        File.SetAttributes(damaged, FileAttributes.Normal);
        File.WriteAllText(damaged, "damaged");
        _calls.Map(damaged);

        Publish(2).Epoch.Should().Be(2);

        _calls.UnmapAll();
        Publish(3).Epoch.Should().Be(3);
        FolderState.ShouldBeWhole(Folder);
    }

    private PublishOutcome.Published Publish(int n)
    {
        var publisher = Scenario.Publisher(Folder, _calls);
        return publisher.Publish(Scenario.Generation(publisher.ReadTip(default).Commit, n) with { Models = [.. Scenario.Generation(null, n).Models.Where(model => n == 1 || model.Name.Value != "same")] }, default)
            .Should().BeOfType<PublishOutcome.Published>().Subject;
    }
}
