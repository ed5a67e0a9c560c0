using Delivery.FastData.Storage;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Storage;

public sealed class LocalDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_created_file_has_its_content_and_is_never_created_twice()
    {
        _disk.Create(_folder["a"], [1, 2, 3], @sealed: false);

        File.ReadAllBytes(_folder["a"]).Should().Equal(1, 2, 3);
        var act = () => _disk.Create(_folder["a"], [4], @sealed: false);
        act.Should().Throw<IOException>();
        File.ReadAllBytes(_folder["a"]).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void A_sealed_file_is_read_only_and_can_be_deleted()
    {
        _disk.Create(_folder["a"], [1], @sealed: true);

        new FileInfo(_folder["a"]).IsReadOnly.Should().BeTrue();
        _disk.Delete(_folder["a"]);
        File.Exists(_folder["a"]).Should().BeFalse();
    }

    [Fact]
    public void Renaming_replaces_only_when_it_is_told_to()
    {
        _disk.Create(_folder["a"], [1], @sealed: false);
        _disk.Create(_folder["b"], [2], @sealed: true);

        var act = () => _disk.Rename(_folder["a"], _folder["b"], replace: false);
        act.Should().Throw<IOException>();
        File.ReadAllBytes(_folder["b"]).Should().Equal(2);

        _disk.Rename(_folder["a"], _folder["b"], replace: true);
        File.ReadAllBytes(_folder["b"]).Should().Equal(1);
    }

    [Fact]
    public void A_file_is_given_a_name_that_only_one_can_have()
    {
        for (var i = 0; i < 8; i++) _disk.Create(_folder[$"from-{i}"], [(byte)i], @sealed: false);

        var won = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8)
            .Count(i => Record.Exception(() => _disk.Rename(_folder[$"from-{i}"], _folder["to"], replace: false)) is null);

        won.Should().Be(1);
        Directory.EnumerateFiles(_folder.Path, "from-*").Should().HaveCount(7, "who lost keeps the file");
    }

    [Fact]
    public void A_lock_that_cannot_be_taken_at_all_is_an_error_and_not_a_wait()
    {
        var act = () => _disk.TryLock(_folder["no/such/folder/LOCK"]);

        act.Should().Throw<IOException>();
    }

    [Fact]
    public void What_is_gone_may_be_deleted_again()
    {
        var act = () => _disk.Delete(_folder["no/such/file"]);
        act.Should().NotThrow();
    }

    [Fact]
    public void A_directory_that_is_not_there_cannot_be_made_durable()
    {
        _disk.SyncDirectory(_folder.Path);

        var act = () => _disk.SyncDirectory(_folder["nowhere"]);
        act.Should().Throw<IOException>().WithMessage("*nowhere*");
    }

    [Fact]
    public void A_lock_has_one_holder()
    {
        var first = _disk.TryLock(_folder["LOCK"]);
        first.Should().NotBeNull();
        _disk.TryLock(_folder["LOCK"]).Should().BeNull();
        first!.Dispose();
        // A process that another test starts in this moment has the lock of ours until it runs its program.
        SpinWait.SpinUntil(() => _disk.TryLock(_folder["LOCK"]) is { } second && Free(second), TimeSpan.FromMinutes(5)).Should().BeTrue();

        static bool Free(IDisposable held)
        {
            held.Dispose();
            return true;
        }
    }
}
