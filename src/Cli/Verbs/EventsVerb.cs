using System.CommandLine;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery events</c>: looks into an event log.</summary>
public static class EventsVerb
{
    public static Command Create() => new VerbCommand("events", "Look into the event log that search processes write.")
    {
        Subcommands = { EventsCatVerb.Create(), EventsCheckVerb.Create() },
    };

    internal static Argument<string> Directory() => new("DIR") { Description = "The directory of the log." };

    /// <exception cref="VerbException">There is no such directory.</exception>
    internal static string Existing(string directory) => System.IO.Directory.Exists(directory)
        ? Path.GetFullPath(directory)
        : throw new VerbException($"There is no directory '{Path.GetFullPath(directory)}'. A search process makes it with its first record.");
}
