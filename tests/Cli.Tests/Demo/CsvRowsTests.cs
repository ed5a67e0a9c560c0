using System.Globalization;
using Delivery.Cli.Demo;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Demo;

public sealed class CsvRowsTests : IDisposable
{
    private static readonly string[] Columns = ["id", "value"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_with_the_line_they_stand_on()
    {
        using var rows = Open("id,value", "a,1", "b,\"2\"");

        rows.Read().Should().BeTrue();
        (rows.Line, rows.Text(0), rows.Integer(1, 0, 9)).Should().Be((2L, "a", 1));
        rows.Read().Should().BeTrue();
        (rows.Line, rows.Text(0), rows.Integer(1, 0, 9)).Should().Be((3L, "b", 2));
        rows.Read().Should().BeFalse();
    }

    [Fact]
    public void A_header_that_differs_is_refused()
    {
        var open = () => Open("id,valve");

        open.Should().Throw<InvalidDataException>().WithMessage("*rows.csv.gz:1: column 2 is 'valve'; expected 'value'.");
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        File.WriteAllBytes(_folder["rows.csv.gz"], Convert.FromHexString("1f8b080000000000000303000000000000000000"));

        var open = () => new CsvRows(_folder["rows.csv.gz"], Columns);

        open.Should().Throw<InvalidDataException>().WithMessage("*rows.csv.gz: the file is empty; expected a header.");
    }

    [Theory]
    [InlineData("b", 1)]
    [InlineData("b,2,3", 3)]
    [InlineData("", 1)]
    public void A_row_of_another_width_is_refused(string row, int fields)
    {
        using var rows = Open("id,value", "a,1", row, "c,3");
        rows.Read();

        rows.Invoking(r => r.Read()).Should().Throw<InvalidDataException>().WithMessage($"*rows.csv.gz:3: the row has {fields} fields; expected 2.");
    }

    [Fact]
    public void A_stray_quote_is_refused()
    {
        using var rows = Open("id,value", "a,1", "b,2\"3");
        rows.Read();

        rows.Invoking(r => r.Read()).Should().Throw<InvalidDataException>().WithMessage("*rows.csv.gz:3: cannot be read*");
    }

    [Fact]
    public void A_file_that_is_not_packed_is_refused()
    {
        File.WriteAllText(_folder["rows.csv.gz"], "id,value\na,1\n");

        var open = () => new CsvRows(_folder["rows.csv.gz"], Columns);

        open.Should().Throw<InvalidDataException>().WithMessage("*rows.csv.gz: the file is damaged or not packed with gzip; expected a whole gzip file.");
    }

    [Fact]
    public void A_file_that_was_cut_anywhere_is_refused()
    {
        var whole = PackedFile.Pack("id,value\n" + string.Concat(Enumerable.Range(0, 100).Select(n => $"a{n},{n % 7}\n")));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["rows.csv.gz"], whole[..length]);

            var open = () => new CsvRows(_folder["rows.csv.gz"], Columns);

            open.Should().Throw<InvalidDataException>("{0} bytes are not all {1}", length, whole.Length).WithMessage("*rows.csv.gz: the file*");
        }
    }

    [Fact]
    public void A_file_with_a_changed_bit_is_refused()
    {
        var bytes = PackedFile.Pack("id,value\n" + string.Concat(Enumerable.Range(0, 100).Select(n => $"a{n},{n % 7}\n")));
        bytes[^6] ^= 1; // in the check sum
        File.WriteAllBytes(_folder["rows.csv.gz"], bytes);

        var open = () => new CsvRows(_folder["rows.csv.gz"], Columns);

        open.Should().Throw<InvalidDataException>().WithMessage("*rows.csv.gz: the file is damaged*");
    }

    [Theory]
    [InlineData("10")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData(" 1")]
    [InlineData("")]
    [InlineData("99999999999")]
    public void A_number_out_of_bounds_is_refused_by_line_column_and_value(string value)
    {
        using var rows = Open("id,value", $"a,{value}");
        rows.Read();

        rows.Invoking(r => r.Integer(1, 0, 9)).Should().Throw<InvalidDataException>()
            .WithMessage($"*rows.csv.gz:2: 'value' is '{value}'; expected a whole number from 0 to 9.");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.5")]
    [InlineData("-0.5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("half")]
    public void What_is_no_probability_is_refused(string value)
    {
        using var rows = Open("id,value", $"a,{value}");
        rows.Read();

        rows.Invoking(r => r.Probability(1)).Should().Throw<InvalidDataException>()
            .WithMessage($"*:2: 'value' is '{value}'; expected a probability over 0 and up to 1.");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1e-5")]
    [InlineData("0.029411764705882353")]
    public void A_probability_is_read_to_its_last_bit(string value)
    {
        using var rows = Open("id,value", $"a,{value}");
        rows.Read();

        rows.Probability(1).Should().Be(double.Parse(value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_time_keeps_its_fraction_and_is_turned_into_utc()
    {
        using var rows = Open("id,value", "a,2019-11-24 02:00:00.000001+02:00", "b,yesterday");
        const string Format = "yyyy-MM-dd HH:mm:ss.ffffffzzz";

        rows.Read();
        rows.Time(1, Format).Should().Be(new DateTimeOffset(2019, 11, 24, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(1));
        rows.Time(1, Format).Offset.Should().Be(TimeSpan.Zero);
        rows.Read();
        rows.Invoking(r => r.Time(1, Format)).Should().Throw<InvalidDataException>().WithMessage("*:3: 'value' is 'yesterday'; expected a time like*");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("ABCD")]
    [InlineData("abcg")]
    public void What_is_not_so_many_hexadecimal_digits_is_refused(string value)
    {
        using var rows = Open("id,value", $"a,{value}");
        rows.Read();

        rows.Invoking(r => r.Hexadecimal(1, 4)).Should().Throw<InvalidDataException>()
            .WithMessage($"*:2: 'value' is '{value}'; expected 4 lower-case hexadecimal digits.");
    }

    private CsvRows Open(params string[] lines) => new(PackedFile.Write(_folder["rows.csv.gz"], lines), Columns);
}
