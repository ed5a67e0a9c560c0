using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Delivery.SearchProcess.Pages;

/// <summary>
/// HTML that is ready to be sent. It is made from interpolated text: what stands in the braces is encoded, unless it is
/// <see cref="Html"/> itself. So text from a user or a file cannot become markup, whoever writes the page.
/// </summary>
internal readonly record struct Html(string Text)
{
    public static Html Of(Template template) => new(template.Made());

    /// <summary>Several pieces, one after the other.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece.Text)));

    public override string ToString() => Text;

    /// <summary>Collects the text of one template; the compiler calls it.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Template
    {
        private readonly StringBuilder _text;

        public Template(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(Html piece) => _text.Append(piece.Text);

        public void AppendFormatted<T>(T value, string? format = null) =>
            _text.Append(HtmlEncoder.Default.Encode((value is IFormattable number ? number.ToString(format, formatProvider: null) : value?.ToString()) ?? ""));

        public string Made() => _text.ToString();
    }
}
