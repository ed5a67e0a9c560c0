using System.Text.Json;
using Delivery.Cli.Configuration;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Signing;
using Delivery.Models.Formats;
using Delivery.TrainingStore;

namespace Delivery.Cli;

/// <summary>One clear block for whatever went wrong.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the error and gives the exit code.</summary>
    public static int Write(Exception e, bool verbose, TextWriter error)
    {
        var text = IsUnderstood(e) ? e.Message : $"An unexpected error: {e.GetType().Name}: {e.Message}" + (verbose ? "" : "\nRun it again with --verbose to see where.");
        Write(text, error);
        if (verbose) error.WriteLine(e);
        return e switch
        {
            ConfigurationException => ExitCodes.Usage,
            VerbException verb => verb.ExitCode,
            _ => ExitCodes.Failed,
        };
    }

    /// <summary>The text with the program's name before its first line and the others under it.</summary>
    public static void Write(string text, TextWriter error) =>
        error.WriteLine("delivery: " + string.Join("\n  ", text.TrimEnd().Split('\n').Select(Output.Printable.Of)));

    /// <summary>Errors whose message was written for the user.</summary>
    private static bool IsUnderstood(Exception e) => e is ConfigurationException or VerbException or FastDataException or UntrustedException or UnsupportedFormatException
        or FolderBusyException or TrainingStoreException or InvalidModelException or InvalidDataException or IOException or UnauthorizedAccessException or JsonException;
}
