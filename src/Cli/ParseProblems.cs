using System.CommandLine;
using System.CommandLine.Parsing;
using Delivery.Models.Settings;

namespace Delivery.Cli;

/// <summary>What is wrong with a command line. One slip makes the parser tell several errors; this tells the first cause.</summary>
internal static class ParseProblems
{
    /// <summary>At least one, each a sentence.</summary>
    public static IReadOnlyList<string> Of(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var unknown = parse.UnmatchedTokens;
        if (command.Subcommands.Count > 0) return [unknown.Count == 0 ? $"A verb is missing; expected one of: {string.Join(", ", Verbs(command))}." : UnknownVerb(parse.CommandResult, unknown[0])];
        var flags = unknown.Where(IsFlag).Distinct(StringComparer.Ordinal).ToList();
        // What follows an unknown flag may be its value and no argument of its own.
        var surplus = flags.Count > 0 ? flags.Select(flag => $"Unknown flag '{flag}'.{Suggestion(flag, Flags(parse.CommandResult))}") : unknown.Select(extra => $"'{extra}' is one argument too many.");
        return [.. surplus, .. parse.Errors.Where(error => !IsOf(error, unknown)).Select(error => error.Message).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The program and the verbs to a command, as they are typed.</summary>
    public static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "delivery";

    private static string UnknownVerb(CommandResult at, string token)
    {
        if (IsFlag(token)) return $"Unknown flag '{token}'.{Suggestion(token, Flags(at))}";
        var prefix = at.Parent is null ? "" : at.Command.Name + " ";
        return $"Unknown verb '{prefix}{token}'.{Suggestion(token, Verbs(at.Command), prefix)}";
    }

    private static string Suggestion(string given, IEnumerable<string> known, string prefix = "") =>
        NearestName.Of(given, known) is { } near ? $" Did you mean '{prefix}{near}'?" : "";

    private static IEnumerable<string> Verbs(Command command) => command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);

    /// <summary>Of the command, and those that it has from above.</summary>
    private static IEnumerable<string> Flags(CommandResult at) =>
        at.Command.Options.Where(option => !option.Hidden).Select(option => option.Name).Concat(FromAbove(at));

    private static IEnumerable<string> FromAbove(CommandResult at) =>
        at.Parent is CommandResult parent ? parent.Command.Options.Where(option => option.Recursive).Select(option => option.Name).Concat(FromAbove(parent)) : [];

    private static bool IsFlag(string token) => token.Length > 1 && token[0] == '-';

    private static bool IsOf(ParseError error, IReadOnlyList<string> unknown) =>
        error.SymbolResult is null or CommandResult && unknown.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal));
}
