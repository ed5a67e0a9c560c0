namespace Delivery.Cli.Demo;

/// <summary>Where the logged data lies that comes with the sources.</summary>
public static class ShippedData
{
    /// <summary>Names the folder that holds <c>Delivery.sln</c>; the <c>delivery</c> script sets it.</summary>
    public const string HomeVariable = "DELIVERY_HOME";

    /// <summary>The <c>data</c> folder: of <see cref="HomeVariable"/> when that is set, else of the sources around the running program.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none; the message says where it was looked for.</exception>
    public static string Locate() => Locate(Environment.GetEnvironmentVariable(HomeVariable), AppContext.BaseDirectory);

    /// <summary>The same with both places given.</summary>
    /// <param name="home">The folder of the sources; null or empty when it is not known.</param>
    /// <param name="start">Where the search upwards begins when <paramref name="home"/> is not known.</param>
    /// <exception cref="DirectoryNotFoundException">There is none; the message says where it was looked for.</exception>
    public static string Locate(string? home, string start)
    {
        if (!string.IsNullOrEmpty(home))
        {
            var named = Path.Combine(home, "data");
            return Directory.Exists(named) ? named
                : throw new DirectoryNotFoundException($"{HomeVariable} is '{home}', which has no folder 'data'; expected the folder that holds Delivery.sln.");
        }
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "data");
            if (File.Exists(Path.Combine(folder.FullName, "Delivery.sln")) && Directory.Exists(data)) return data;
        }
        throw new DirectoryNotFoundException($"No folder above '{start}' holds Delivery.sln and data; set {HomeVariable} to the folder that does.");
    }
}
