using Delivery.ApplyRuntime.Reload;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

public sealed class NetworkDiskTests
{
    [SkippableFact]
    public void A_folder_in_memory_or_on_a_local_disk_is_on_no_network()
    {
        Skip.IfNot(OperatingSystem.IsLinux());

        NetworkDisk.Holds("/proc").Should().BeFalse();
        NetworkDisk.Holds("/dev/shm/a/folder/that/is/not/there").Should().BeFalse();
    }

    [SkippableFact]
    public void A_mount_counts_for_what_the_system_calls_it()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        string[] remote = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "lustre", "fuse.sshfs"];
        string[] local = ["ext4", "xfs", "btrfs", "tmpfs", "overlay"];
        var mounts = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(m => Directory.Exists(m[1])).GroupBy(m => m[1], StringComparer.Ordinal).Select(g => g.Last()).ToList();
        mounts.Should().NotBeEmpty();

        foreach (var mount in mounts.Where(m => remote.Contains(m[2]))) NetworkDisk.Holds(mount[1]).Should().BeTrue("{0} is {1}", mount[1], mount[2]);
        foreach (var mount in mounts.Where(m => local.Contains(m[2]))) NetworkDisk.Holds(mount[1]).Should().BeFalse("{0} is {1}", mount[1], mount[2]);
    }

    [Theory]
    [InlineData("nfs4", DriveType.Network, true)]
    [InlineData("cifs", DriveType.Network, true)]
    [InlineData("smb3", DriveType.Unknown, true)]
    [InlineData("fuse.sshfs", DriveType.Unknown, true)]
    [InlineData("fuse", DriveType.Network, true)]
    [InlineData("v9fs", DriveType.Fixed, true)]
    [InlineData("9p", DriveType.Network, true)]
    [InlineData("glusterfs", DriveType.Unknown, true)]
    [InlineData("ext4", DriveType.Fixed, false)]
    [InlineData("overlay", DriveType.Fixed, false)]
    [InlineData("tmpfs", DriveType.Ram, false)]
    [InlineData("bcachefs", DriveType.Unknown, false)]
    public void A_file_system_counts_by_its_name_where_the_framework_does_not_know_it(string format, DriveType type, bool remote) =>
        NetworkDisk.IsRemote(format, type).Should().Be(remote);

    [SkippableFact]
    public void A_path_of_another_machine_is_on_a_network()
    {
        Skip.IfNot(OperatingSystem.IsWindows());

        NetworkDisk.Holds(@"\\server\share\models").Should().BeTrue();
    }

    [Fact]
    public void A_folder_that_is_not_there_is_judged_by_the_one_above_it()
    {
        using var folder = new TemporaryFolder();
        NetworkDisk.Holds(folder["not/there"]).Should().Be(NetworkDisk.Holds(folder.Path));
    }
}
