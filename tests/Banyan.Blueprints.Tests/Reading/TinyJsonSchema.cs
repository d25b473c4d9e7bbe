using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Banyan.Blueprints.Tests.Reading;

/// <summary>The keywords of JSON Schema 2020-12 that the blueprint's schema uses; any other is an error, so that none is passed over.</summary>
internal sealed class TinyJsonSchema(JsonObject root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "$defs", "title", "description"];

    /// <summary>What is wrong, each with its place; empty where the instance is valid.</summary>
    public List<string> Validate(JsonNode? instance)
    {
        var errors = new List<string>();
        Validate(root, instance, "", errors);
        return errors;
    }

    private void Validate(JsonObject schema, JsonNode? node, string at, List<string> errors)
    {
        foreach (var (keyword, value) in schema)
        {
            switch (keyword)
            {
                case "$ref":
                    Validate(root["$defs"]![value!.GetValue<string>()["#/$defs/".Length..]]!.AsObject(), node, at, errors);
                    break;
                case "type":
                    Check(value is JsonArray types ? types.Any(t => IsOf(t!.GetValue<string>(), node)) : IsOf(value!.GetValue<string>(), node), $"is not of type {value!.ToJsonString()}");
                    break;
                case "enum":
                    Check(value!.AsArray().Any(v => JsonNode.DeepEquals(v, node)), "is none of the words");
                    break;
                case "pattern" when TextOf(node) is { } text:
                    Check(Regex.IsMatch(text, value!.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)), $"'{text}' does not match");
                    break;
                case "minLength" when TextOf(node) is { } text:
                    Check(text.Length >= value!.GetValue<int>(), "is too short");
                    break;
                case "maxLength" when TextOf(node) is { } text:
                    Check(text.Length <= value!.GetValue<int>(), "is too long");
                    break;
                case "minimum" when NumberOf(node) is { } number:
                    Check(number >= value!.GetValue<double>(), "is too small");
                    break;
                case "maximum" when NumberOf(node) is { } number:
                    Check(number <= value!.GetValue<double>(), "is too large");
                    break;
                case "anyOf":
                    Check(value!.AsArray().Any(s => Holds(s!.AsObject(), node, at)), "matches none of the ways to write it");
                    break;
                case "items" when node is JsonArray list:
                    for (var i = 0; i < list.Count; i++)
                        Validate(value!.AsObject(), list[i], $"{at}[{i}]", errors);
                    break;
                case "prefixItems" when node is JsonArray list:
                    for (var i = 0; i < Math.Min(list.Count, value!.AsArray().Count); i++)
                        Validate(value[i]!.AsObject(), list[i], $"{at}[{i}]", errors);
                    break;
                case "minItems" when node is JsonArray list:
                    Check(list.Count >= value!.GetValue<int>(), "has too few");
                    break;
                case "maxItems" when node is JsonArray list:
                    Check(list.Count <= value!.GetValue<int>(), "has too many");
                    break;
                case "properties" when node is JsonObject map:
                    foreach (var (key, child) in map.Where(p => value!.AsObject().ContainsKey(p.Key)))
                        Validate(value![key]!.AsObject(), child, $"{at}.{key}", errors);
                    break;
                case "required" when node is JsonObject map:
                    foreach (var key in value!.AsArray().Select(k => k!.GetValue<string>()))
                        Check(map.ContainsKey(key), $"lacks {key}");
                    break;
                case "propertyNames" when node is JsonObject map:
                    foreach (var (key, _) in map)
                        Validate(value!.AsObject(), JsonValue.Create(key), $"{at}.{key}", errors);
                    break;
                case "additionalProperties" when node is JsonObject map:
                    foreach (var (key, child) in map.Where(p => schema["properties"]?.AsObject().ContainsKey(p.Key) != true))
                    {
                        if (value is JsonObject rest)
                            Validate(rest, child, $"{at}.{key}", errors);
                        else
                            Check(value!.GetValue<bool>(), $"has an unknown key {key}");
                    }

                    break;
                case "pattern" or "minLength" or "maxLength" or "minimum" or "maximum" or "items" or "prefixItems" or "minItems" or "maxItems" or "properties" or "required" or "propertyNames" or "additionalProperties":
                    break;
                default:
                    Annotations.ShouldContain(keyword);
                    break;
            }
        }

        void Check(bool holds, string message)
        {
            if (!holds)
                errors.Add($"{at} {message}");
        }
    }

    private bool Holds(JsonObject schema, JsonNode? node, string at)
    {
        var errors = new List<string>();
        Validate(schema, node, at, errors);
        return errors.Count == 0;
    }

    private static bool IsOf(string type, JsonNode? node) => (type, node?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => NumberOf(node) is { } number && number == Math.Floor(number),
        _ => false,
    };

    private static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private static double? NumberOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>() : null;
}
