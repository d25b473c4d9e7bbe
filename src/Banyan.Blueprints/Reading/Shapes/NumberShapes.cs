using System.Globalization;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>A whole number without unit.</summary>
internal sealed class IntShape(int min, int max) : ScalarShape<int>
{
    public override string Noun => $"a whole number from {min} to {max}";

    public override void WriteSchema(SchemaWriter schema) => schema.Number("integer", min, max);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out int value)
    {
        if (int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max)
            return true;
        context.Report(ReadRules.Value, path, node.Place, $"'{QuantityText.Shorten(node.Text)}' is not {Noun}", $"write for instance {Math.Max(min, 1)}");
        return false;
    }
}

/// <summary>A number without unit, decimals allowed.</summary>
internal sealed class DecimalShape(int min, int max) : ScalarShape<decimal>
{
    public override string Noun => $"a number from {min} to {max}";

    public override void WriteSchema(SchemaWriter schema) => schema.Number("number", min, max);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out decimal value)
    {
        if (node.Text.Length <= 20 && decimal.TryParse(node.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value >= min && value <= max)
            return true;
        value = 0;
        context.Report(ReadRules.Value, path, node.Place, $"'{QuantityText.Shorten(node.Text)}' is not {Noun}", "write for instance 2");
        return false;
    }
}

/// <summary>Yes or no.</summary>
internal sealed class BoolShape : ScalarShape<bool>
{
    public override string Noun => "true or false";

    public override void WriteSchema(SchemaWriter schema) => schema.Boolean();

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out bool value)
    {
        value = node.Text == "true";
        if (value || node.Text == "false")
            return true;
        var hint = node.Text.ToLowerInvariant() switch { "yes" or "on" or "true" => "write true", "no" or "off" or "false" => "write false", _ => "write true or false" };
        context.Report(ReadRules.Value, path, node.Place, $"'{QuantityText.Shorten(node.Text)}' is neither true nor false", hint);
        return false;
    }
}
