using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>How often one caller may ask.</summary>
internal sealed class RateLimitShape : ScalarShape<RateLimit>
{
    private static readonly QuantityShape<Rate> Rate = new();

    public override string Noun => Rate.Noun;

    public override void WriteSchema(SchemaWriter schema) => Rate.WriteSchema(schema);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out RateLimit value)
    {
        var read = Rate.TryRead(node, path, context, out var limit);
        value = new(limit);
        return read;
    }
}
