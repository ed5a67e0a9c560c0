namespace Delivery.EndToEnd.Tests;

/// <summary>The command <c>delivery</c> as pages name it.</summary>
internal static class DeliveryCommand
{
    /// <summary>Makes a script that can be started at once and is the command line.</summary>
    /// <remarks>
    /// A shell writes it. A file that this process wrote may still be open in a child that another test is just starting, and the system starts
    /// nothing that is open for writing ("Text file busy").
    /// </remarks>
    /// <param name="path">Of the script, which must not be there.</param>
    public static void Write(string path) => Mount.Run(
        "sh", "-c", "printf '%s\\n' '#!/bin/sh' \"exec dotnet '$2' \\\"\\$@\\\"\" > \"$1\" && chmod u=rx \"$1\"", "sh", path, Path.Combine(AppContext.BaseDirectory, "delivery.dll"));
}
