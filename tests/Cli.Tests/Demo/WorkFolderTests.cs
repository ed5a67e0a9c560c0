using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class WorkFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_folder_is_made_and_an_empty_one_is_taken()
    {
        Directory.CreateDirectory(_folder["empty"]);

        foreach (var name in new[] { "new/deep", "empty" })
        {
            WorkFolder.Prepare(_folder[name]).Root.Should().Be(_folder[name]);
            File.Exists(Path.Combine(_folder[name], ".delivery-demo")).Should().BeTrue();
        }
    }

    [Fact]
    public void A_second_run_deletes_what_the_demo_made_and_nothing_else()
    {
        var work = WorkFolder.Prepare(_folder["work"]);
        foreach (var file in new[] { work.Configuration, work.ModelList, work.Store, work.Store + "-wal", Path.Combine(work.Root, "notes.txt") }) File.WriteAllText(file, "x");
        foreach (var folder in new[] { work.FastData, work.Records, Path.Combine(work.Root, "mine") })
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "a"), "x");
            File.SetAttributes(Path.Combine(folder, "a"), FileAttributes.ReadOnly);
        }

        WorkFolder.Prepare(work.Root);

        Directory.EnumerateFileSystemEntries(work.Root).Select(Path.GetFileName).Should().BeEquivalentTo(".delivery-demo", "notes.txt", "mine");
        File.Exists(Path.Combine(work.Root, "mine", "a")).Should().BeTrue();
        File.SetAttributes(Path.Combine(work.Root, "mine", "a"), FileAttributes.Normal);
    }

    [Fact]
    public void A_folder_that_the_demo_did_not_make_is_refused_and_left_alone()
    {
        File.WriteAllText(_folder["training.db"], "precious");

        var prepare = () => WorkFolder.Prepare(_folder.Path);

        prepare.Should().Throw<VerbException>().WithMessage($"'{_folder.Path}' is not empty and the demo did not make it*Nothing was changed*--work*");
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().ContainSingle();
        File.ReadAllText(_folder["training.db"]).Should().Be("precious");
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_refused()
    {
        File.WriteAllText(_folder["work"], "precious");

        var prepare = () => WorkFolder.Prepare(_folder["work"]);

        prepare.Should().Throw<VerbException>().WithMessage("*is a file*");
        File.ReadAllText(_folder["work"]).Should().Be("precious");
    }

    [Fact]
    public void A_link_to_another_folder_is_removed_and_not_followed()
    {
        var work = WorkFolder.Prepare(_folder["work"]);
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.WriteAllText(_folder["elsewhere/kept"], "precious");
        Directory.CreateSymbolicLink(work.FastData, _folder["elsewhere"]);

        WorkFolder.Prepare(work.Root);

        Directory.Exists(work.FastData).Should().BeFalse();
        File.ReadAllText(_folder["elsewhere/kept"]).Should().Be("precious");
    }
}
