using System.CommandLine;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery store</c>: looks into the training store.</summary>
public static class StoreVerb
{
    public static Command Create() => new VerbCommand("store", "Look into the training store.")
    {
        Subcommands = { StoreListVerb.Create(), StoreGetVerb.Create() },
    };
}
