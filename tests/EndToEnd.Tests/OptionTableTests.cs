using System.Collections;
using System.Globalization;
using System.Reflection;
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Sources;
using Delivery.EventLog;

namespace Delivery.EndToEnd.Tests;

/// <summary>The tables of options in the pages, held to the code: every option has a row, every row an option, and the default is the real one.</summary>
public sealed class OptionTableTests
{
    [Theory]
    [InlineData(typeof(RuntimeOptions), "embed.md")]
    [InlineData(typeof(TrainingModelOptions), "embed.md")]
    [InlineData(typeof(DocumentModelOptions), "embed.md")]
    [InlineData(typeof(EventLogOptions), "embed.md")]
    [InlineData(typeof(HealthLimits), "observe.md")]
    public void A_table_has_every_option_with_its_default_and_no_other(Type options, string page)
    {
        var defaults = Activator.CreateInstance(options)!;
        var rows = Table(page, options.Name);

        rows.Keys.Should().BeEquivalentTo(options.GetProperties().Select(property => property.Name), "docs/{0} has them all and once", page);
        foreach (var property in options.GetProperties())
        {
            Says(rows[property.Name], property, property.GetValue(defaults)).Should().BeTrue(
                "docs/{0} says '{1}' for {2}.{3}, whose default is {4}", page, rows[property.Name], options.Name, property.Name, string.Join(" or ", Words(property, property.GetValue(defaults))));
        }
    }

    [Theory]
    [InlineData("1 s", true)]
    [InlineData("1 s: and more", true)]
    [InlineData("1 s, and more", true)]
    [InlineData("1 st", false)]
    [InlineData("10 s", false)]
    [InlineData("1,000 s", false)]
    [InlineData("", false)]
    public void A_default_is_told_first_and_may_be_explained(string cell, bool right) =>
        Says(cell, typeof(RuntimeOptions).GetProperty(nameof(RuntimeOptions.PollInterval))!, TimeSpan.FromSeconds(1)).Should().Be(right);

    /// <summary>Name and cell of the default, of the table whose first column has that heading.</summary>
    private static Dictionary<string, string> Table(string page, string heading)
    {
        var lines = File.ReadLines(Path.Combine(Sources.Root, "docs", page)).SkipWhile(line => !line.StartsWith($"| `{heading}` |", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|')).Select(Cells).ToList();
        lines.Should().HaveCountGreaterThan(2, "docs/{0} has a table of {1}", page, heading);
        var column = Array.IndexOf(lines[0], "default");
        return lines.Skip(2).ToDictionary(cells => cells[0].Trim('`'), cells => cells[column], StringComparer.Ordinal);
    }

    private static string[] Cells(string row) => row.Trim('|').Split('|', StringSplitOptions.TrimEntries);

    private static bool Says(string cell, PropertyInfo property, object? value) =>
        Words(property, value).Any(words => cell == words || new[] { " ", ": ", ", " }.Any(more => cell.StartsWith(words + more, StringComparison.Ordinal)));

    /// <summary>How a page may write a default.</summary>
    private static string[] Words(PropertyInfo property, object? value) => value switch
    {
        null => ["none", "`null`"],
        false => ["no"],
        true => ["yes"],
        TimeSpan span => [Span(span)],
        int or long when property.Name.EndsWith("Bytes", StringComparison.Ordinal) || property.Name == nameof(RuntimeOptions.MapFrom) => [Bytes(Convert.ToInt64(value, CultureInfo.InvariantCulture))],
        int number => [number.ToString("N0", CultureInfo.InvariantCulture)],
        Enum member => [$"`{member}`"],
        string name when name == Environment.MachineName => ["the machine's name"],
        TimeProvider time when time == TimeProvider.System => ["the system's"],
        ICollection { Count: 0 } => ["none"],
        _ when value.GetType().GetConstructor([]) is not null && value.Equals(Activator.CreateInstance(value.GetType())) => ["its defaults"],
        _ => throw new InvalidOperationException($"There is no way yet to write the default of {property.Name}, {value}."),
    };

    private static string Span(TimeSpan span) => span switch
    {
        { TotalHours: >= 1 } => $"{span.TotalHours:0.###} h",
        { TotalMinutes: >= 1 } => $"{span.TotalMinutes:0.###} min",
        { TotalSeconds: >= 1 } => $"{span.TotalSeconds:0.###} s",
        _ => $"{span.TotalMilliseconds:0.###} ms",
    };

    private static string Bytes(long bytes) => bytes % (1 << 20) == 0 ? $"{bytes >> 20} MiB" : $"{bytes} bytes";
}
