using System.Diagnostics;

namespace Delivery.TestKit;

/// <summary>The git program on a fast-data folder: the judge of what we write.</summary>
public static class GitProgram
{
    /// <summary>Runs git and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds all it said.</exception>
    public static string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-C", folder, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited with {process.ExitCode}: {output}{errors.GetAwaiter().GetResult()}");
    }

    /// <summary>The strict check of the whole repository; dangling objects are fine.</summary>
    public static void FsckStrict(string folder) => Run(folder, "fsck", "--strict", "--full", "--no-progress");
}
