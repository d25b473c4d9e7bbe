using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Blueprints.Reading.Language;
using Banyan.Blueprints.Reading.Shapes;

namespace Banyan.Blueprints.Reading;

/// <summary>The JSON Schema (draft 2020-12) of a blueprint, for editors that complete and check while one types. Written from the same description that the reader goes by. It is a little wider than the reader where a pattern can't tell: limits of values, ranges that run backwards.</summary>
public static class BlueprintSchema
{
    /// <summary>Writes it as indented JSON, in UTF-8.</summary>
    public static void Write(Stream output)
    {
        // what people read in editors: no escapes for quotes and signs that JSON does not ask for
        using var json = new Utf8JsonWriter(output, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var schema = new SchemaWriter(json);
        json.WriteStartObject();
        json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.WriteString("$id", "urn:banyan:blueprint");
        json.WriteString("title", "Banyan blueprint");
        json.WriteString("description", BlueprintLanguage.Blueprint.Doc);
        schema.Keys(BlueprintLanguage.Blueprint);
        json.WriteStartObject("$defs");
        schema.Definitions();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
