using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>The command <c>delivery</c> as pages name it.</summary>
internal static class DeliveryCommand
{
    /// <summary>Makes a script that is the command line and can be started at once.</summary>
    /// <param name="path">Of the script, which must not be there.</param>
    public static void Write(string path) => ShellScript.Write(path, $"exec dotnet '{Path.Combine(AppContext.BaseDirectory, "delivery.dll")}' \"$@\"");
}
