using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>Mapped, copied, or copied to a local disk and mapped there: what the options say, and what the system then shows.</summary>
public sealed class ModelFilesTests : IDisposable
{
    private const int Large = 1000; // features; of 4 classes, so a file of more than 16,000 bytes
    private readonly Scene _scene = new();
    private readonly TemporaryFolder _local = new();

    public void Dispose()
    {
        _scene.Dispose();
        _local.Dispose();
    }

    [Theory]
    [InlineData(ModelMemoryMode.BySize, true, false)]
    [InlineData(ModelMemoryMode.Map, true, true)]
    [InlineData(ModelMemoryMode.Copy, false, false)]
    public void Large_models_are_mapped_and_small_ones_copied_unless_one_way_is_forced(ModelMemoryMode mode, bool large, bool small)
    {
        PublishBoth();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Memory = mode, MapFrom = 10_000 });

        runtime.Status.Models.Select(m => (m.Name.Value, m.IsMapped)).Should().Equal(("large", large), ("small", small));
        runtime.Status.Models.Select(m => m.SizeBytes).Should().Equal(Length("large"), Length("small"));
        if (OperatingSystem.IsLinux()) _scene.CountMapped().Should().Be((large ? 1 : 0) + (small ? 1 : 0));
        AssertBothDecide(runtime);
    }

    [Fact]
    public void A_model_of_exactly_the_limit_is_mapped()
    {
        PublishBoth();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { MapFrom = Length("large") });
        runtime.Status.Models.Should().ContainSingle(m => m.IsMapped);
        var other = _scene.Open(Scene.OnlyWhenAsked with { MapFrom = Length("large") + 1 });
        other.Status.Models.Should().NotContain(m => m.IsMapped);
    }

    [SkippableFact]
    public void A_copied_model_does_not_care_that_its_file_is_cut_short()
    {
        Skip.If(OperatingSystem.IsWindows(), "A reader there does not let go of its file so easily.");
        PublishBoth();
        var runtime = _scene.Open(Scene.OnlyWhenAsked with { Memory = ModelMemoryMode.Copy });
        File.WriteAllBytes(_scene.Builder.PathOf("large"), []);
        File.WriteAllBytes(_scene.Builder.PathOf("small"), []);

        AssertBothDecide(runtime);
    }

    [SkippableFact]
    public void Of_a_network_disk_large_models_are_mapped_from_a_local_copy_and_nothing_is_mapped_there()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        PublishBoth();
        var runtime = _scene.Open(OnNetwork);

        _scene.CountMapped().Should().Be(0);
        Scene.MappedFiles(_local.Path).Should().ContainSingle("the small one is a native copy").Which.Should().Contain("large.").And.EndWith("(deleted)");
        Directory.EnumerateFiles(_local.Path, "*.pb", SearchOption.AllDirectories).Should().BeEmpty("a mapping needs no name");
        AssertBothDecide(runtime);

        runtime.Dispose();
        Scene.MappedFiles(_local.Path).Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(_local.Path).Should().BeEmpty();
    }

    [SkippableFact]
    public void Reloads_from_a_network_disk_leave_no_local_copies()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        PublishBoth();
        var runtime = _scene.Open(OnNetwork);
        for (var i = 0; i < 20; i++)
        {
            _scene.Builder.With("large", FolderBuilder.Linear("large", 4, Large, (k, _) => k + i, requestCount: (ulong)i)).Publish();
            runtime.Refresh().Problems.Should().BeEmpty();
        }

        Scene.MappedFiles(_local.Path).Should().ContainSingle();
        Directory.EnumerateFiles(_local.Path, "*.pb", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_bad_file_on_a_network_disk_keeps_the_old_model(bool cutShort)
    {
        PublishBoth();
        var runtime = _scene.Open(OnNetwork);
        _scene.Builder.With("large", FolderBuilder.Linear("large", 4, Large, (k, _) => k, requestCount: 2)).Publish();
        var path = _scene.Builder.PathOf("large");
        var good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, cutShort ? good[..^1] : [.. good[..^1], (byte)~good[^1]]);

        var status = runtime.Refresh();

        status.Problems.Should().ContainSingle().Which.Message.Should().Contain(path).And.EndWith("stays in use.");
        status.Models.Should().Contain(m => m.Name.Value == "large" && m.RequestCount == 1000);
        AssertBothDecide(runtime);
    }

    [SkippableFact]
    public void Leftovers_that_somebody_else_prepared_lead_to_no_other_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var prepared = Directory.CreateDirectory(_local["delivery-models-1-prepared"]).FullName;
        Directory.CreateDirectory(Path.Combine(prepared, "below"));
        foreach (var name in new[] { "lock", "0-news.0123456789abcdef.pb", "thesis.txt", "below/thesis.txt" }) File.WriteAllText(Path.Combine(prepared, name), "");
        var home = Directory.CreateDirectory(_local["home"]).FullName;
        foreach (var name in new[] { "lock", "0-news.0123456789abcdef.pb" }) File.WriteAllText(Path.Combine(home, name), "");
        Directory.CreateSymbolicLink(_local["delivery-models-2-link"], home);
        PublishBoth();

        var runtime = _scene.Open(Scene.Mapping with { LocalCopies = LocalCopyMode.Always, LocalCopyFolder = _local.Path });

        AssertBothDecide(runtime);
        Directory.EnumerateFiles(prepared, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Should().Equal("thesis.txt", "thesis.txt");
        Directory.EnumerateFiles(home).Should().HaveCount(2);
    }

    [Fact]
    public void Local_copies_of_a_dead_process_are_deleted_and_those_of_a_living_one_are_not()
    {
        PublishBoth();
        var dead = Directory.CreateDirectory(_local["delivery-models-1-dead"]).FullName;
        File.WriteAllText(Path.Combine(dead, "lock"), "");
        File.WriteAllBytes(Path.Combine(dead, "0-large.pb"), new byte[1000]);
        var living = Directory.CreateDirectory(_local["delivery-models-2-living"]).FullName;
        using var held = new FileStream(Path.Combine(living, "lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var others = Directory.CreateDirectory(_local["somebody-else"]).FullName;

        _scene.Open(OnNetwork).Status.Problems.Should().BeEmpty();

        Directory.Exists(dead).Should().BeFalse();
        Directory.Exists(living).Should().BeTrue();
        Directory.Exists(others).Should().BeTrue();
    }

    [SkippableFact]
    public void A_folder_of_local_copies_that_was_swept_away_is_made_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        PublishBoth();
        var runtime = _scene.Open(OnNetwork);
        foreach (var folder in Directory.EnumerateDirectories(_local.Path)) Directory.Delete(folder, recursive: true);
        _scene.Builder.With("large", FolderBuilder.Linear("large", 4, Large, (k, _) => k, requestCount: 2)).Publish();

        runtime.Refresh().Problems.Should().BeEmpty();
        var folders = new DirectoryInfo(_local.Path).GetDirectories();
        folders.Should().ContainSingle().Which.UnixFileMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AssertBothDecide(runtime);
    }

    [Fact]
    public void Local_copies_that_cannot_be_made_are_a_problem_that_heals()
    {
        PublishBoth();
        var place = _local["not/there"];
        File.WriteAllText(_local["not"], "a file where a folder should be");
        var runtime = _scene.Open(OnNetwork with { LocalCopyFolder = place });
        runtime.Status.Problems.Should().ContainSingle().Which.Model!.Value.Value.Should().Be("large");
        runtime.Decide("small", Scene.Ones).Source.Should().Be(DecisionSource.Model, "it needs no local file");

        File.Delete(_local["not"]);
        runtime.Refresh().Problems.Should().BeEmpty();
        AssertBothDecide(runtime);
    }

    private RuntimeOptions OnNetwork => Scene.OnlyWhenAsked with { MapFrom = 10_000, LocalCopies = LocalCopyMode.Always, LocalCopyFolder = _local.Path };

    private void PublishBoth() => _scene.Builder
        .With("small", FolderBuilder.Choosing("small", best: 1))
        .With("large", FolderBuilder.Linear("large", 4, Large, (k, _) => k)).Publish();

    private long Length(string name) => new FileInfo(_scene.Builder.PathOf(name)).Length;

    private static void AssertBothDecide(ModelRuntime runtime)
    {
        runtime.Decide("small", Scene.Ones).Class.Should().Be(1);
        runtime.Decide("large", Scene.OnesOf(Large)).Class.Should().Be(3);
    }
}
