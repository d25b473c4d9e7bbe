using System.Text.Json;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Writes JSON Schema 2020-12 from shapes. A shape writes its keywords into an object that is begun; what is used in many places becomes one definition.</summary>
internal sealed class SchemaWriter(Utf8JsonWriter json)
{
    private readonly OrderedDictionary<string, (object Of, Action Write)> _definitions = [];

    public void Part(IMapShape part) => Reference(part.Name, part, () => WritePart(part));

    public void Quantity(QuantityKind kind) => Reference(Slug(kind.Noun), kind, () => WriteQuantity(kind));

    /// <summary>Text; an editor takes a bare number or a yes for something else, so these are allowed too.</summary>
    public void Text(TextShape shape) => Reference(Slug(shape.Noun), shape, () =>
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteStringValue("boolean");
        json.WriteEndArray();
        json.WriteNumber("minLength", 1);
        WritePattern(shape);
    });

    /// <summary>Latitude and longitude: one text, or two numbers.</summary>
    public void Coordinates() => Reference("coordinates", Quantities.Coordinates.Kind, () =>
    {
        json.WriteString("description", "Latitude and longitude in degrees, north and east positive, for instance [-1.2921, 36.8219].");
        AnyOf(
            () =>
            {
                json.WriteString("type", "string");
                json.WriteString("pattern", Whole(Quantities.Coordinates.Kind.Pattern));
            },
            () =>
            {
                json.WriteString("type", "array");
                json.WriteStartArray("prefixItems");
                Object(() => Number("number", -90, 90));
                Object(() => Number("number", -180, 180));
                json.WriteEndArray();
                json.WriteNumber("minItems", 2);
                json.WriteNumber("maxItems", 2);
            });
    });

    public void Number(string type, int min, int max)
    {
        json.WriteString("type", type);
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    public void Boolean() => json.WriteString("type", "boolean");

    public void Choice(IEnumerable<string> words)
    {
        json.WriteStartArray("enum");
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }

    public void AnyOf(params ReadOnlySpan<Shape> shapes)
    {
        json.WriteStartArray("anyOf");
        foreach (var shape in shapes)
            Object(() => shape.WriteSchema(this));
        json.WriteEndArray();
    }

    public void ListOf(Shape item) => AnyOf(() => WriteArray(item), () => item.WriteSchema(this));

    public void Named(TextShape names, Shape item, bool alone, bool listed)
    {
        List<Action> ways = [() => WriteNames(names, item)];
        if (alone)
            ways.Add(() => item.WriteSchema(this));
        if (listed)
            ways.Add(() => WriteArray(names));
        if (ways.Count == 1)
            ways[0]();
        else
            AnyOf([.. ways]);
    }

    /// <summary>The keys of a part.</summary>
    public void Keys(IMapShape part)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var key in part.Keys)
        {
            json.WriteStartObject(key.Key);
            json.WriteString("description", key.Doc);
            key.Shape.WriteSchema(this);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (part.Keys.Any(k => k.IsRequired))
        {
            json.WriteStartArray("required");
            foreach (var key in part.Keys.Where(k => k.IsRequired))
                json.WriteStringValue(key.Key);
            json.WriteEndArray();
        }

        json.WriteBoolean("additionalProperties", false);
    }

    /// <summary>Every definition that was referred to, those that definitions refer to included.</summary>
    public void Definitions()
    {
        for (var i = 0; i < _definitions.Count; i++)
        {
            var (name, (_, write)) = _definitions.GetAt(i);
            json.WriteStartObject(name);
            write();
            json.WriteEndObject();
        }
    }

    private void Reference(string name, object of, Action write)
    {
        if (!_definitions.TryAdd(name, (of, write)) && !ReferenceEquals(_definitions[name].Of, of))
            throw new InvalidOperationException($"Two shapes are named {name} in the schema.");
        json.WriteString("$ref", $"#/$defs/{name}");
    }

    private void WritePart(IMapShape part)
    {
        if (part.ShortForm is not { } shortForm)
        {
            json.WriteString("description", part.Doc);
            Keys(part);
            return;
        }

        json.WriteString("description", part.Doc);
        AnyOf(() => shortForm.WriteSchema(this), () => Keys(part));
    }

    private void WriteQuantity(QuantityKind kind)
    {
        json.WriteString("description", $"{char.ToUpperInvariant(kind.Noun[0])}{kind.Noun[1..]}, for instance {kind.Example} ({kind.Units}).");
        void WriteText()
        {
            json.WriteString("type", "string");
            json.WriteString("pattern", Whole(kind.Pattern));
        }

        if (!kind.AllowsNumber)
        {
            WriteText();
            return;
        }

        AnyOf(WriteText, () =>
        {
            json.WriteString("type", "number");
            json.WriteNumber("minimum", 0);
        });
    }

    private void WriteNames(TextShape names, Shape item)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        WritePattern(names);
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        item.WriteSchema(this);
        json.WriteEndObject();
    }

    private void WriteArray(Shape item)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        item.WriteSchema(this);
        json.WriteEndObject();
    }

    private void WritePattern(TextShape shape)
    {
        if (shape.Pattern is { } pattern)
            json.WriteString("pattern", Whole(pattern));
        else
            json.WriteNumber("maxLength", TextShape.MaxLength);
    }

    private void AnyOf(params Action[] ways)
    {
        json.WriteStartArray("anyOf");
        foreach (var way in ways)
            Object(way);
        json.WriteEndArray();
    }

    private void Object(Action write)
    {
        json.WriteStartObject();
        write();
        json.WriteEndObject();
    }

    /// <summary>A pattern of the whole text; the reader takes blanks around it.</summary>
    private static string Whole(string pattern) => $"^{pattern}$";

    /// <summary><c>a time to keep</c> to <c>time-to-keep</c>.</summary>
    private static string Slug(string noun)
    {
        var words = noun.Replace("'s", "").Split(' ');
        return string.Join('-', words[0] is "a" or "an" ? words[1..] : words);
    }
}
