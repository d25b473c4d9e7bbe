using System.Text.Json;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Writes JSON Schema 2020-12 from shapes; each part with keys becomes one definition.</summary>
internal sealed class SchemaWriter(Utf8JsonWriter json)
{
    private readonly OrderedDictionary<string, IMapShape> _definitions = [];

    /// <summary>A JSON pointer to a definition.</summary>
    public static string PointerTo(string definition) => $"#/$defs/{definition}";

    public void Reference(IMapShape shape)
    {
        if (!_definitions.TryAdd(shape.Name, shape) && !ReferenceEquals(_definitions[shape.Name], shape))
            throw new InvalidOperationException($"Two parts are named {shape.Name} in the schema.");
        json.WriteStartObject();
        json.WriteString("$ref", PointerTo(shape.Name));
        json.WriteEndObject();
    }

    /// <summary>Every definition that was referred to, those of definitions included.</summary>
    public void WriteDefinitions()
    {
        for (var i = 0; i < _definitions.Count; i++)
        {
            var (name, shape) = _definitions.GetAt(i);
            json.WritePropertyName(name);
            WritePart(shape);
        }
    }

    /// <summary>The keys of a part, within an object that the caller began.</summary>
    public void WriteKeys(IMapShape shape)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var key in shape.Keys)
        {
            json.WriteStartObject(key.Key);
            json.WriteString("description", key.Doc);
            json.WriteStartArray("allOf");
            key.Shape.WriteSchema(this);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (shape.Keys.Any(k => k.IsRequired))
        {
            json.WriteStartArray("required");
            foreach (var key in shape.Keys.Where(k => k.IsRequired))
                json.WriteStringValue(key.Key);
            json.WriteEndArray();
        }

        json.WriteBoolean("additionalProperties", false);
    }

    public void Quantity(QuantityKind kind)
    {
        json.WriteStartObject();
        json.WriteString("description", $"{char.ToUpperInvariant(kind.Noun[0])}{kind.Noun[1..]}, for instance {kind.Example} ({kind.Units}).");
        if (kind.AllowsNumber)
            json.WriteStartArray("anyOf");
        if (kind.AllowsNumber)
            json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteString("pattern", $"^{kind.Pattern}$");
        if (kind.AllowsNumber)
        {
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("type", "number");
            json.WriteNumber("minimum", 0);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Latitude and longitude: one text, or two numbers.</summary>
    public void Coordinates()
    {
        json.WriteStartObject();
        json.WriteString("description", "Latitude and longitude in degrees, north and east positive, for instance [-1.2921, 36.8219].");
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteString("pattern", $"^{Quantities.Coordinates.Kind.Pattern}$");
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "array");
        json.WriteStartArray("prefixItems");
        Number("number", -90, 90);
        Number("number", -180, 180);
        json.WriteEndArray();
        json.WriteNumber("minItems", 2);
        json.WriteNumber("maxItems", 2);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Text; an editor takes a bare number or a yes for something else, so these are allowed too.</summary>
    public void Text(string? pattern, int maxLength)
    {
        json.WriteStartObject();
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("number");
        json.WriteStringValue("boolean");
        json.WriteEndArray();
        json.WriteNumber("minLength", 1);
        json.WriteNumber("maxLength", maxLength);
        if (pattern is not null)
            json.WriteString("pattern", $"^{pattern}$");
        json.WriteEndObject();
    }

    public void Number(string type, int min, int max)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
        json.WriteEndObject();
    }

    public void Type(string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    public void Choice(IEnumerable<string> words)
    {
        json.WriteStartObject();
        json.WriteStartArray("enum");
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void AnyOf(params ReadOnlySpan<Shape> shapes)
    {
        json.WriteStartObject();
        json.WriteStartArray("anyOf");
        foreach (var shape in shapes)
            shape.WriteSchema(this);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void ListOf(Shape item)
    {
        json.WriteStartObject();
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "array");
        json.WritePropertyName("items");
        item.WriteSchema(this);
        json.WriteEndObject();
        item.WriteSchema(this);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void Named(TextShape names, Shape item, bool alone, bool listed)
    {
        json.WriteStartObject();
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WritePropertyName("propertyNames");
        json.WriteStartObject();
        if (names.Pattern is not null)
            json.WriteString("pattern", $"^{names.Pattern}$");
        json.WriteNumber("maxLength", TextShape.MaxLength);
        json.WriteEndObject();
        json.WritePropertyName("additionalProperties");
        item.WriteSchema(this);
        json.WriteEndObject();
        if (alone)
            item.WriteSchema(this);
        if (listed)
        {
            json.WriteStartObject();
            json.WriteString("type", "array");
            json.WritePropertyName("items");
            names.WriteSchema(this);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePart(IMapShape shape)
    {
        json.WriteStartObject();
        json.WriteString("description", shape.Doc);
        if (shape.ShortForm is { } shortForm)
        {
            json.WriteStartArray("anyOf");
            shortForm.WriteSchema(this);
            json.WriteStartObject();
            WriteKeys(shape);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            WriteKeys(shape);
        }

        json.WriteEndObject();
    }
}
