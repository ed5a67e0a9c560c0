using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary>Arguments and flags that several verbs take.</summary>
internal static class Arguments
{
    public static Option<bool> Json() => new("--json") { Description = "Write JSON; docs/cli.md describes its fields." };

    /// <summary>The value of a flag that takes a whole number; the library's own message names a type of .NET.</summary>
    public static T WholeNumber<T>(ArgumentResult given) where T : struct, INumberBase<T> => Number<T>(given, NumberStyles.AllowLeadingSign, "a whole number");

    /// <summary>The same for any number.</summary>
    public static double Number(ArgumentResult given) => Number<double>(given, NumberStyles.Float, "a number");

    /// <exception cref="VerbException">This is no model name.</exception>
    public static ModelName ModelName(string text) =>
        Models.ModelName.TryParse(text, out var name, out var problem) ? name : throw VerbException.Usage(problem);

    private static T Number<T>(ArgumentResult given, NumberStyles style, string expected) where T : struct, INumberBase<T>
    {
        var text = given.Tokens[0].Value;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var value)) return value;
        var flag = (given.Parent as OptionResult)?.IdentifierToken?.Value ?? given.Argument.Name;
        given.AddError($"{flag} is '{text}'; expected {expected}.");
        return default;
    }
}
