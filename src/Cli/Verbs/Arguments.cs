using System.CommandLine;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary>Arguments and flags that several verbs take.</summary>
internal static class Arguments
{
    public static Option<bool> Json() => new("--json") { Description = "Write JSON; docs/cli.md describes its fields." };

    /// <exception cref="VerbException">This is no model name.</exception>
    public static ModelName ModelName(string text) =>
        Models.ModelName.TryParse(text, out var name, out var problem) ? name : throw VerbException.Usage(problem);
}
