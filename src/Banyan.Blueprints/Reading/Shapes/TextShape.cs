using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Text, checked where it may not hold everything.</summary>
/// <param name="noun">With its article.</param>
/// <param name="pattern">ECMA pattern, without anchors; null for any text.</param>
/// <param name="isValid">Whether a text is one; agrees with the pattern.</param>
/// <param name="example">A valid one.</param>
/// <param name="rule">The rule that a wrong one breaks.</param>
internal sealed class TextShape(string noun, string? pattern, Func<string, bool> isValid, string example, string rule = ReadRules.Value) : ScalarShape<string>
{
    public const int MaxLength = 1000;

    public override string Noun => noun;

    public string? Pattern => pattern;

    public bool IsValid(string text) => text.Length <= MaxLength && isValid(text);

    /// <summary>What is wrong with a text that is not valid.</summary>
    public QuantityError ErrorOf(string text) =>
        new(text.Length > MaxLength ? $"the text is longer than {MaxLength} characters" : $"'{QuantityText.Shorten(text)}' is not {noun}", Corrected(text) is { } corrected ? $"write {corrected}" : $"write for instance {example}");

    /// <summary>The text in lower case with hyphens, where that makes it valid.</summary>
    private string? Corrected(string text)
    {
        var corrected = string.Join('-', text.ToLowerInvariant().Split([' ', '_'], StringSplitOptions.RemoveEmptyEntries));
        return corrected.Length > 0 && IsValid(corrected) ? corrected : text.Length > 0 && text.Length < 40 && IsValid(text.ToUpperInvariant()) ? text.ToUpperInvariant() : null;
    }

    public override void WriteSchema(SchemaWriter schema) => schema.Text(this);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out string value)
    {
        value = node.Text.Trim();
        if (value.Length > 0 && IsValid(value))
            return true;
        var error = ErrorOf(value);
        context.Report(rule, path, node.Place, error.Message, error.Hint);
        return false;
    }
}
