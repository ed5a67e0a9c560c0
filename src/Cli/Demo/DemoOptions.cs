namespace Delivery.Cli.Demo;

/// <summary>What a run of the demo was asked for.</summary>
public sealed record DemoOptions
{
    /// <summary>The one folder that is written to. Default <c>demo-work</c>.</summary>
    public string Work { get; init; } = "demo-work";

    /// <summary>Folder of the logged data. Default: what comes with the sources.</summary>
    public string? Data { get; init; }

    /// <summary>Headline tests to learn from, 2 to 1,000. Default 48.</summary>
    public int Tests { get; init; } = 48;

    /// <summary>Update cycles, 3 to 100. Default 6.</summary>
    public int Cycles { get; init; } = 6;

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Work)) yield return "--work is empty; expected a folder.";
        if (Tests is < 2 or > 1000) yield return $"--tests is {Tests}; expected 2 to 1000.";
        if (Cycles is < 3 or > 100) yield return $"--cycles is {Cycles}; expected 3 to 100.";
    }
}
