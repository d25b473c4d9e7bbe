using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Banyan.Services.Identity.Pages;

/// <summary>HTML that was written here, in which every value is encoded: <c>Html.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c>. Immutable.</summary>
internal readonly record struct Html(string Text)
{
    public static readonly Html Empty = new("");

    public static Html Of(Template template) => new(template.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(static p => p.Text)));

    /// <summary>The literal parts as they are, the values encoded but for HTML.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Template
    {
        private readonly StringBuilder _text;

        public Template(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + formattedCount * 32);

        public void AppendLiteral(string value) => _text.Append(value);

        public void AppendFormatted(Html value) => _text.Append(value.Text);

        public void AppendFormatted(string? value) => _text.Append(value is null ? "" : HtmlEncoder.Default.Encode(value));

        public override string ToString() => _text.ToString();
    }
}
