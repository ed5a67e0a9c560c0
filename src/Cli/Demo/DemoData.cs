namespace Delivery.Cli.Demo;

/// <summary>The logs that the demo replays.</summary>
/// <param name="Tests">Headline tests, in the order of their file.</param>
/// <param name="Logs">The recommendation log of each policy.</param>
public sealed record DemoData(IReadOnlyList<UpworthyTest> Tests, IReadOnlyDictionary<OpenBanditPolicy, IReadOnlyList<OpenBanditRow>> Logs)
{
    /// <summary>Reads <c>arms_*.csv.gz</c>, <c>random_*.csv.gz</c> and <c>bts_*.csv.gz</c>, one of each, in the folder or below.</summary>
    /// <exception cref="VerbException">A file is missing, or there are several of one kind.</exception>
    /// <exception cref="InvalidDataException">A row is wrong; the message names file, line, column and value.</exception>
    public static DemoData Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new VerbException($"There is no folder '{folder}'; expected one with the logged data.");
        return new DemoData(
            UpworthyTests.Read(Find(folder, "arms_*.csv.gz")),
            new Dictionary<OpenBanditPolicy, IReadOnlyList<OpenBanditRow>>
            {
                [OpenBanditPolicy.Random] = OpenBandit.Read(Find(folder, "random_*.csv.gz")),
                [OpenBanditPolicy.Bts] = OpenBandit.Read(Find(folder, "bts_*.csv.gz")),
            });
    }

    private static string Find(string folder, string pattern) => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories) switch
    {
        [var one] => one,
        [] => throw new VerbException($"'{folder}' holds no file {pattern}; expected one, in it or below."),
        var several => throw new VerbException($"'{folder}' holds {several.Length} files {pattern}: {string.Join(", ", several.Order(StringComparer.Ordinal))}; expected one."),
    };
}
