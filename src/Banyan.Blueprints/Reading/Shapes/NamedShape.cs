using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Things under names of the author's choice.</summary>
/// <param name="names">What the names may be.</param>
/// <param name="item">What stands under each.</param>
internal sealed class NamedShape<T>(Shape<string> names, Shape<T> item) : Shape<Named<T>>
{
    private readonly TextShape _names = (TextShape)names;

    /// <summary>The name that a single value gets where it is written without one; null where that is not allowed.</summary>
    public string? Alone { get; init; }

    /// <summary>What stands under each name where only a list of names is written; null where that is not allowed.</summary>
    public Func<string, T>? FromName { get; init; }

    public override string Noun => $"names, each with {item.Noun}";

    public override IEnumerable<Shape> Items => [item];

    public override void WriteSchema(SchemaWriter schema) => schema.Named(_names, item, alone: Alone is not null, listed: FromName is not null);

    public override bool TryRead(Node node, string path, ReadContext context, out Named<T> value)
    {
        value = Named<T>.None;
        switch (node)
        {
            case MapNode map:
                value = ReadMap(map, path, context);
                return true;
            case ListNode list when FromName is not null:
                value = ReadNames(list, path, context);
                return true;
            case ScalarNode { IsEmpty: false } when Alone is not null:
                if (!item.TryRead(node, path, context, out var single))
                    return false;
                value = new(new() { [Alone] = single });
                return true;
            default:
                return WrongType(node, path, context);
        }
    }

    private Named<T> ReadMap(MapNode map, string path, ReadContext context)
    {
        var items = new OrderedDictionary<string, T>(map.Entries.Count);
        foreach (var (name, (place, node)) in map.Entries)
        {
            var at = Places.Join(path, name);
            context.Places.TryAdd(at, place);
            if (!CheckName(name, at, place, map.Flow, context))
                continue;
            if (item.TryRead(node, at, context, out var read))
                items.Add(name, Stamp(read, name));
        }

        return new(items);
    }

    private Named<T> ReadNames(ListNode list, string path, ReadContext context)
    {
        var items = new OrderedDictionary<string, T>(list.Items.Count);
        foreach (var node in list.Items)
        {
            if (!_names.TryRead(node, path, context, out var name))
                continue;
            var at = Places.Join(path, name);
            context.Places.TryAdd(at, node.Place);
            if (!items.TryAdd(name, Stamp(FromName!(at), name)))
                context.Report(ReadRules.DuplicateKey, at, node.Place, $"'{QuantityText.Shorten(name)}' is written twice", "keep one of them");
        }

        return new(items);
    }

    private bool CheckName(string name, string path, Place place, bool inBraces, ReadContext context)
    {
        if (_names.IsValid(name))
            return true;
        var error = _names.ErrorOf(name);
        context.Report(ReadRules.Name, path, place, error.Message, inBraces && char.IsAsciiDigit(name.FirstOrDefault()) ? MapNode.CommaHint : error.Hint);
        return false;
    }

    private static T Stamp(T value, string name) => value is NamedElement element ? (T)(object)(element with { Name = name }) : value;
}
