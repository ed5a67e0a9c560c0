using System.Diagnostics;
using System.Globalization;

namespace Delivery.FastData.Acknowledging;

/// <summary>Which process, in a way that a number given out again does not fool.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Start">When it began, as the operating system counts: the same text for the same process, whoever asks.</param>
/// <param name="Space">
/// Within what these two mean anything: on Linux one boot of one machine and one space of process numbers (a container has its own);
/// elsewhere the name of the host.
/// </param>
public sealed record ProcessIdentity(int Id, string Start, string Space)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const string NumberSpace = "/proc/self/ns/pid";
    private const int StartField = 22; // of proc_pid_stat(5), counted from 1

    private static readonly string Here = SpaceHere();

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? "", Here);

    /// <summary>Whether it runs. Null when that cannot be seen from here.</summary>
    public bool? IsAlive() => Space == Here ? StartOf(Id) == Start : null;

    private static string SpaceHere()
    {
        try
        {
            if (OperatingSystem.IsLinux()) return $"{File.ReadAllText(BootId).Trim()} {new FileInfo(NumberSpace).LinkTarget}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without /proc is told apart by its name.
        }
        return Environment.MachineName;
    }

    private static string? StartOf(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var stat = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
                return fields[0] is "Z" or "X" ? null : fields[StartField - 3];
            }
            using var process = Process.GetProcessById(id);
            return process.StartTime.ToFileTimeUtc().ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
