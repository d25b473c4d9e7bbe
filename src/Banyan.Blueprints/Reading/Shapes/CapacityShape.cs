using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>What a region is provisioned for: a word or a percentage.</summary>
internal sealed class CapacityShape : ScalarShape<Capacity>
{
    private static readonly ChoiceShape<CapacityLevel> Levels = new("a capacity", ("full", CapacityLevel.Full), ("reduced", CapacityLevel.Reduced), ("minimal", CapacityLevel.Minimal));
    private static readonly QuantityShape<Percentage> Shares = new();

    public override string Noun => "full, reduced, minimal, or a percentage such as 60%";

    public override void WriteSchema(SchemaWriter schema) => schema.AnyOf(Levels, Shares);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out Capacity value)
    {
        value = new(null, null);
        if (node.Text.Length > 0 && char.IsAsciiDigit(node.Text[0]))
        {
            if (!Shares.TryRead(node, path, context, out var share))
                return false;
            value = new(null, share);
            return true;
        }

        if (!Levels.TryRead(node, path, context, out var level))
            return false;
        value = new(level, level == CapacityLevel.Full ? new Percentage(100) : null);
        return true;
    }
}
