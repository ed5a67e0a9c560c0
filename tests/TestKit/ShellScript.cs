using System.Diagnostics;

namespace Delivery.TestKit;

/// <summary>Programs that tests make up.</summary>
public static class ShellScript
{
    /// <summary>Makes a shell script that can be started at once.</summary>
    /// <remarks>
    /// A shell writes it. A file that this process wrote may still be open in a child that another test is just starting, and the system starts
    /// nothing that is open for writing ("Text file busy").
    /// </remarks>
    /// <param name="path">Of the script, which must not be there.</param>
    /// <param name="commands">What stands below its first line.</param>
    public static void Write(string path, string commands)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "cat > \"$1\" && chmod u=rx \"$1\"", "sh", path]) { UseShellExecute = false, RedirectStandardInput = true })!;
        shell.StandardInput.Write($"#!/bin/sh\n{commands}\n");
        shell.StandardInput.Close();
        shell.WaitForExit();
        if (shell.ExitCode != 0) throw new IOException($"{path}: sh, which should write it, ended with {shell.ExitCode}.");
    }
}
