using System.CommandLine;

namespace Delivery.Cli;

/// <summary>A verb with a help text that goes beyond its flags.</summary>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>Exit codes and examples, shown below the flags; null for nothing.</summary>
    public string? More { get; init; }
}
