namespace Delivery.Cli.Configuration;

/// <summary>The configuration has mistakes; nothing was started.</summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException() { }
    public ConfigurationException(string message) : base(message) { }
    public ConfigurationException(string message, Exception innerException) : base(message, innerException) { }

    public ConfigurationException(IReadOnlyList<string> problems)
        : base($"The configuration has {(problems.Count == 1 ? "a mistake" : $"{problems.Count} mistakes")}:\n" + string.Join('\n', problems)) => Problems = problems;

    /// <summary>All of them, each with where it stands, key, value and what was expected.</summary>
    public IReadOnlyList<string> Problems { get; } = [];
}
