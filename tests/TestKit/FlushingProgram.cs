using System.Diagnostics;
using System.Globalization;

namespace Delivery.TestKit;

/// <summary>A program that prints <c>flushed 3 5 ...</c> after each flush: how much each of its threads had logged before it.</summary>
public static class FlushingProgram
{
    /// <summary>Runs it until it has flushed so often, each thread having begun, and kills it.</summary>
    /// <param name="assembly">Path of its assembly.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="flushes">At least 1.</param>
    /// <param name="patience">For all of it; far more than it takes.</param>
    /// <returns>The numbers of the last line that it printed whole.</returns>
    public static async Task<int[]> RunUntilKilledAsync(string assembly, IEnumerable<string> arguments, int flushes, TimeSpan patience)
    {
        using var process = Process.Start(new ProcessStartInfo(DeliveryProcess.Dotnet, [assembly, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        try
        {
            return await ReadAndKillAsync(process, assembly, flushes, patience);
        }
        finally
        {
            if (!process.HasExited) process.Kill(); // or it would fill the disk for ever
        }
    }

    private static async Task<int[]> ReadAndKillAsync(Process process, string assembly, int flushes, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var last = "";
        for (var i = 0; i < flushes;)
        {
            last = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException($"{assembly} ended by itself.");
            if (!last.Split(' ').Contains("0")) i++; // a flush counts once every thread has begun
        }
        process.Kill(); // SIGKILL
        var rest = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        // Whole lines only: the last one may be torn by the kill.
        last = rest.Split('\n').SkipLast(1).LastOrDefault(line => line.StartsWith("flushed ", StringComparison.Ordinal)) ?? last;
        return [.. last.Split(' ').Skip(1).Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
    }
}
