using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Several of the same; a single one may be written without brackets.</summary>
internal sealed class ListShape<T>(Shape<T> item) : Shape<IReadOnlyList<T>>
{
    public override string Noun => $"{item.Noun}, or a list of such";

    public override IEnumerable<Shape> Items => [item];

    public override void WriteSchema(SchemaWriter schema) => schema.ListOf(item);

    public override bool TryRead(Node node, string path, ReadContext context, out IReadOnlyList<T> value)
    {
        value = [];
        if (node is ScalarNode { IsEmpty: true } || (node is MapNode && item is ScalarShape<T>))
            return WrongType(node, path, context);
        if (node is not ListNode list)
        {
            if (!item.TryRead(node, path, context, out var single))
                return false;
            value = [single];
            return true;
        }

        var items = new List<T>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var at = $"{path}[{i}]";
            context.Places.TryAdd(at, list.Items[i].Place);
            if (item.TryRead(list.Items[i], at, context, out var read))
                items.Add(read);
        }

        value = items;
        return true;
    }
}
