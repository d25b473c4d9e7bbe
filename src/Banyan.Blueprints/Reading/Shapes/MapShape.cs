using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>A part of the blueprint with keys of its own.</summary>
/// <param name="name">Its name in the schema.</param>
/// <param name="doc">What it is, in a sentence.</param>
/// <param name="empty">The part with nothing said.</param>
internal sealed class MapShape<T>(string name, string doc, T empty) : Shape<T>, IMapShape where T : Element
{
    private readonly OrderedDictionary<string, KeyOf> _keys = [];
    private Shape? _short;
    private Func<Node, string, ReadContext, T?>? _readShort;

    public string Name => name;

    public string Doc => doc;

    public IEnumerable<MapKey> Keys => _keys.Values;

    public Shape? ShortForm => _short;

    public override string Noun => _short is null ? $"keys: {string.Join(", ", _keys.Keys.Take(6))}{(_keys.Count > 6 ? " …" : "")}" : $"{_short.Noun}, or its keys";

    /// <summary>Adds a key that may be left out.</summary>
    public MapShape<T> Key<V>(string key, Shape<V> shape, string keyDoc, Func<T, V, T> set) => Add(key, shape, keyDoc, set, required: false);

    /// <summary>Adds a key that must be there.</summary>
    public MapShape<T> Required<V>(string key, Shape<V> shape, string keyDoc, Func<T, V, T> set) => Add(key, shape, keyDoc, set, required: true);

    /// <summary>Adds a way to write it as a single value (or a list) instead of keys.</summary>
    public MapShape<T> Short<V>(Shape<V> shape, Func<T, V, T> set)
    {
        _short = shape;
        _readShort = (node, path, context) => shape.TryRead(node, path, context, out var value) ? set(empty, value) : null;
        return this;
    }

    public override void WriteSchema(SchemaWriter schema) => schema.Part(this);

    public override bool TryRead(Node node, string path, ReadContext context, out T value)
    {
        value = empty;
        if (node is MapNode map)
        {
            value = ReadKeys(map, path, context);
        }
        else if (_readShort is null || node is ScalarNode { IsEmpty: true })
        {
            return WrongType(node, path, context);
        }
        else
        {
            if (_readShort(node, path, context) is not { } read)
                return false;
            value = read;
        }

        value = (T)((Element)value with { Path = path });
        return true;
    }

    private T ReadKeys(MapNode map, string path, ReadContext context)
    {
        var value = empty;
        foreach (var (text, (place, node)) in map.Entries)
        {
            var at = Places.Join(path, text);
            if (_keys.TryGetValue(text, out var key))
            {
                context.Places.TryAdd(at, place);
                value = key.Read(value, node, at, context);
            }
            else
            {
                context.Report(ReadRules.UnknownKey, at, place, $"'{QuantityText.Shorten(text)}' is not a key of {WithArticle(name)}", HintFor(text, map));
            }
        }

        foreach (var missing in _keys.Values)
        {
            if (missing.IsRequired && !map.Entries.ContainsKey(missing.Key))
                context.Report(ReadRules.Missing, path, map.Place, $"{(path.Length == 0 ? "the blueprint" : $"'{path}'")} lacks '{missing.Key}'", $"write {missing.Key}: {missing.Shape.Noun}");
        }

        return value;
    }

    private string HintFor(string text, MapNode map)
    {
        if (map.Flow && text.Length > 0 && char.IsAsciiDigit(text[0]))
            return MapNode.CommaHint;
        if (text == "<<")
            return "blueprints don't merge keys: write them out, or use a pattern";
        return EditDistance.Nearest(text, _keys.Keys) is { } near
            ? $"did you mean '{near}'?"
            : $"its keys are {string.Join(", ", _keys.Keys.Order(StringComparer.Ordinal))}";
    }

    private static string WithArticle(string part) => part.EndsWith('s') ? part : "aeiou".Contains(part[0]) ? $"an {part}" : $"a {part}";

    private MapShape<T> Add<V>(string key, Shape<V> shape, string keyDoc, Func<T, V, T> set, bool required)
    {
        _keys.Add(key, new(key, shape, keyDoc, required, (part, node, path, context) => shape.TryRead(node, path, context, out var read) ? set(part, read) : part));
        return this;
    }

    private sealed record KeyOf(string Key, Shape Shape, string Doc, bool IsRequired, Func<T, Node, string, ReadContext, T> Read) : MapKey(Key, Shape, Doc, IsRequired);
}

/// <summary>A key of a part.</summary>
internal abstract record MapKey(string Key, Shape Shape, string Doc, bool IsRequired);

/// <summary>What the schema needs of a part.</summary>
internal interface IMapShape
{
    string Name { get; }

    string Doc { get; }

    IEnumerable<MapKey> Keys { get; }

    Shape? ShortForm { get; }
}
