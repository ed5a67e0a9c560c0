namespace Delivery.EndToEnd.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Sources
{
    /// <summary>The folder of Delivery.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Hand-written C# files below a folder of the checkout.</summary>
    public static IEnumerable<string> CSharp(string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj"));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Delivery.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Delivery.sln was not found above the tests.");
        return folder;
    }
}
