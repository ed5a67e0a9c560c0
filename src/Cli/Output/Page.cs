using Spectre.Console;

namespace Delivery.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsNumber">Right-aligned.</param>
internal sealed record Column(string Title, bool IsNumber = false);

/// <summary>Where a verb writes what people read: boxed tables on a terminal, plain aligned lines into a file or a pipe.</summary>
/// <param name="plain">Receives the text.</param>
/// <param name="terminal">The terminal behind <paramref name="plain"/>; null when there is none.</param>
internal sealed class Page(TextWriter plain, IAnsiConsole? terminal)
{
    /// <summary>Below this width a boxed table is all breaks; plain lines are wrapped by the terminal.</summary>
    private const int NarrowestTable = 60;

    /// <summary>Standard output.</summary>
    public static Page Standard() => new(Console.Out, Console.IsOutputRedirected ? null : AnsiConsole.Console);

    public void Line(string text = "") => plain.WriteLine(Printable.Of(text));

    /// <summary>Labels and values, the values aligned; a value of null is left out.</summary>
    public void Facts(IReadOnlyList<(string Label, string? Value)> facts)
    {
        var shown = facts.Where(fact => fact.Value is not null).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(fact => fact.Label.Length);
        foreach (var (label, value) in shown) Line($"{label.PadRight(width)}  {value}");
    }

    /// <param name="columns">At least one.</param>
    /// <param name="rows">Each as long as <paramref name="columns"/>.</param>
    public void Table(IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows)
    {
        var clean = rows.Select(row => row.Select(Printable.Of).ToArray()).ToList();
        if (terminal is not null && terminal.Profile.Width >= NarrowestTable) WriteBoxed(terminal, columns, clean);
        else WriteAligned(columns, clean);
    }

    private static void WriteBoxed(IAnsiConsole terminal, IReadOnlyList<Column> columns, List<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns)
        {
            // As renderables, not as markup: a bracket in a reason is a bracket.
            table.AddColumn(new TableColumn(new Text(column.Title)) { Alignment = column.IsNumber ? Justify.Right : Justify.Left, NoWrap = column.IsNumber });
        }
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        terminal.Write(table);
    }

    private void WriteAligned(IReadOnlyList<Column> columns, List<string[]> rows)
    {
        string[][] all = [[.. columns.Select(column => column.Title)], .. rows];
        var widths = columns.Select((_, i) => all.Max(row => row[i].Length)).ToArray();
        foreach (var row in all)
        {
            var cells = row.Select((cell, i) => columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            plain.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
