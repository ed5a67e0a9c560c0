using Delivery.Cli.Output;
using Spectre.Console;

namespace Delivery.Cli.Tests.Output;

public sealed class PageTests
{
    private static readonly Column[] Columns = [new("model"), new("requests", IsNumber: true), new("reason")];

    private static readonly string[][] Rows =
    [
        ["a", "5", "[bold]not markup[/] and [an open bracket"],
        ["a_model_with_a_name_of_quite_some_length_that_fills_a_line_by_itself", "123456789", ""],
    ];

    [Fact]
    public void Without_a_terminal_a_table_is_aligned_lines()
    {
        using var text = new StringWriter { NewLine = "\n" };

        new Page(text, terminal: null).Table([new("name"), new("n", IsNumber: true)], [["long_name", "5"], ["x", "123"]]);

        text.ToString().Should().Be("name         n\nlong_name    5\nx          123\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(59)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void A_terminal_of_any_width_shows_every_cell(int width)
    {
        using var text = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        terminal.Profile.Width = width;

        new Page(text, terminal).Table(Columns, Rows);

        text.ToString().Should().Contain("123456789").And.Contain("[bold]");
    }

    [Fact]
    public void Text_of_others_cannot_steer_the_terminal()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var page = new Page(text, terminal: null);

        page.Line("a\u001b[31mred\r\nb");
        page.Facts([("key", "v\u0007"), ("left out", null)]);

        text.ToString().Should().Be("a [31mred  b\nkey  v \n");
    }
}
