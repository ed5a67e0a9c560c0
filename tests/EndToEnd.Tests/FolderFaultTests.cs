using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>A real <c>delivery update</c> on a disk that is full, a folder that is read-only, and a folder of another user.</summary>
public sealed class FolderFaultTests
{
    private const string Nobody = "65534";

    [MountFact]
    public async Task A_full_disk_is_told_and_the_live_generation_stays()
    {
        using var installation = new Installation("news", "video");
        Directory.CreateDirectory(installation.FastData);
        using var mount = Mount.Tmpfs(installation.FastData, "2m");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        await installation.TrainAsync(2);
        // Room for less and less, so that different steps of the publish are the ones that fail.
        foreach (var room in new[] { 0, 8, 60, 130, 170 })
        {
            var filler = Path.Combine(installation.FastData, ".tmp-filler");
            mount.Fill(filler, room * 1024);

            var update = await installation.UpdateAsync();

            if (update.ExitCode != 0) (update.Output + update.Errors).Should().Contain("No space left on device", "{0} KiB were left", room);
            installation.LiveVersion(2).Should().Be(update.ExitCode == 0 ? 2 : 1);
            GitProgram.FsckStrict(installation.FastData);
            File.Delete(filler);
            if (update.ExitCode == 0) break;
        }

        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        installation.LiveVersion(2).Should().Be(2);
        GitProgram.FsckStrict(installation.FastData);
    }

    [MountFact]
    public async Task A_read_only_folder_is_told_and_the_live_generation_stays()
    {
        using var installation = new Installation("news");
        Directory.CreateDirectory(installation.FastData);
        using var mount = Mount.Tmpfs(installation.FastData, "2m");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        await installation.TrainAsync(2);
        mount.Remount("ro");

        var update = await installation.UpdateAsync();

        update.ExitCode.Should().Be(1);
        (update.Output + update.Errors).Should().Contain("Read-only file system").And.Contain(installation.FastData);
        installation.LiveVersion(2).Should().Be(1);
        mount.Remount("rw");
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        installation.LiveVersion(2).Should().Be(2);
    }

    [MountFact]
    public async Task A_repository_of_another_user_is_refused_with_what_to_do()
    {
        using var installation = new Installation("news");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        await installation.TrainAsync(2);
        Mount.Run("chown", "-R", Nobody, installation.FastData);

        var update = await installation.UpdateAsync();

        update.ExitCode.Should().Be(1);
        (update.Output + update.Errors).Should().Contain("git config --global --add safe.directory");
        installation.LiveVersion(2).Should().Be(1);
        Mount.Run("chown", "-R", "0", installation.FastData);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        installation.LiveVersion(2).Should().Be(2);
    }

    [MountFact]
    public async Task A_folder_that_this_user_may_not_write_is_told_with_the_user()
    {
        using var installation = new Installation("news");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        await installation.TrainAsync(2);
        // All but the folder is the other user's.
        Mount.Run("chown", "-R", Nobody, Path.GetDirectoryName(installation.Config)!);
        Mount.Run("chown", "-R", "0", installation.FastData);

        var update = await installation.UpdateUnderAsync("setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups");

        update.ExitCode.Should().Be(1);
        (update.Output + update.Errors).Should().Contain("may not write there").And.Contain(installation.FastData);
        installation.LiveVersion(2).Should().Be(1);
    }
}
