using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>A quantity, within limits where it has any.</summary>
internal sealed class QuantityShape<T>(Func<T, QuantityError?>? limits = null) : ScalarShape<T> where T : IQuantity<T>
{
    public override string Noun => $"{T.Kind.Noun}, for instance {T.Kind.Example}";

    public override void WriteSchema(SchemaWriter schema) => schema.Quantity(T.Kind);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out T value)
    {
        var error = T.Parse(node.Text, out value) ?? limits?.Invoke(value);
        if (error is not null)
            context.Report(path, node.Place, error);
        return error is null;
    }
}
