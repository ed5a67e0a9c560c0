using System.ComponentModel;
using System.Diagnostics;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// <c>.git/delivery-git</c>: the git process that is under way, so that the next start of a mirror that was killed can end it and
/// tell its leavings from those of somebody else's git. Not durable: after a power cut there is nothing left to end.
/// </summary>
internal sealed class GitRun(FolderLayout layout)
{
    private string PathOf => Path.Combine(layout.Repository, "delivery-git");

    /// <summary>Notes the process.</summary>
    public void Begin(Process process)
    {
        try
        {
            File.WriteAllText(PathOf, $"{process.Id} {process.StartTime.ToUniversalTime().Ticks}\n");
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already: before it was looked at, or while it was.
        }
    }

    /// <summary>It ended by itself, so it left nothing behind.</summary>
    public void End() => File.Delete(PathOf);

    /// <summary>Ends a process that an earlier mirror left, and gives the time at which it was started; null when none was left. Needs the mirror's lock.</summary>
    public DateTimeOffset? EndOrphan()
    {
        if (!File.Exists(PathOf)) return null;
        if (File.ReadAllText(PathOf).TrimEnd('\n').Split(' ') is not [var id, var ticks] || !int.TryParse(id, out var number) || !long.TryParse(ticks, out var started)
            || started < DateTime.MinValue.Ticks || started > DateTime.MaxValue.Ticks)
        {
            return null; // cut short by a power cut
        }
        KillIfSame(number, started);
        return new DateTimeOffset(started, TimeSpan.Zero);
    }

    private static void KillIfSame(int id, long started)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            // Another process may have the number by now; its start tells them apart.
            if (Math.Abs(process.StartTime.ToUniversalTime().Ticks - started) > TimeSpan.TicksPerSecond) return;
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It is gone, or is not ours.
        }
    }
}
