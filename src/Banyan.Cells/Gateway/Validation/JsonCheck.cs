using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Describing;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>A JSON value beside the shape that it must have. Pure.</summary>
internal static class JsonCheck
{
    /// <summary>The most places that are told of.</summary>
    public const int MostPlaces = 20;

    /// <summary>Every place (JSON Pointer, RFC 6901) where it differs, with what must be there.</summary>
    public static ImmutableArray<(string Pointer, string Detail)> Find(JsonElement value, JsonShape shape)
    {
        var found = ImmutableArray.CreateBuilder<(string, string)>();
        Look(value, shape, "", found);
        return found.ToImmutable();
    }

    private static void Look(JsonElement value, JsonShape shape, string at, ImmutableArray<(string, string)>.Builder found)
    {
        if (found.Count >= MostPlaces || (shape.Nullable && value.ValueKind == JsonValueKind.Null))
            return;
        switch (shape.Kind)
        {
            case JsonShapeKind.Object when value.ValueKind == JsonValueKind.Object:
                LookAtMembers(value, shape, at, found);
                break;
            case JsonShapeKind.List when value.ValueKind == JsonValueKind.Array && IsWithin(shape, value.GetArrayLength()):
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Look(item, shape.Items!, string.Create(CultureInfo.InvariantCulture, $"{at}/{index++}"), found);
                break;
            case JsonShapeKind.Map when value.ValueKind == JsonValueKind.Object && IsWithin(shape, value.GetPropertyCount()):
                foreach (var member in value.EnumerateObject())
                    Look(member.Value, shape.Items!, $"{at}/{Escape(Shorten(member.Name))}", found);
                break;
            case JsonShapeKind.Either when shape.Choices.FirstOrDefault(c => IsOfKind(value, c.Kind)) is { } choice:
                Look(value, choice, at, found);
                break;
            default:
                if (!Fits(value, shape))
                    found.Add((at, $"must be {Describe(shape)}"));
                break;
        }
    }

    private static void LookAtMembers(JsonElement value, JsonShape shape, string at, ImmutableArray<(string, string)>.Builder found)
    {
        foreach (var name in shape.Required)
        {
            if (!value.TryGetProperty(name, out _) && found.Count < MostPlaces)
                found.Add(($"{at}/{Escape(name)}", "is missing"));
        }

        foreach (var member in value.EnumerateObject())
        {
            if (shape.Members.TryGetValue(member.Name, out var inner))
                Look(member.Value, inner, $"{at}/{Escape(member.Name)}", found);
            else if (shape.Closed && found.Count < MostPlaces)
                found.Add(($"{at}/{Escape(Shorten(member.Name))}", "is not known here"));
        }
    }

    private static bool Fits(JsonElement value, JsonShape shape) => shape.Kind switch
    {
        JsonShapeKind.Any => true,
        JsonShapeKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        JsonShapeKind.Text => value.ValueKind == JsonValueKind.String && value.GetString() is { } text && IsWithin(shape, text.Length) && QueryValue.FitsWords(shape.OneOf, shape.AnyCase, text) && shape.Pattern?.Fits(text) != false,
        JsonShapeKind.Integer => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && IsWithin(shape, whole),
        JsonShapeKind.Number => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && IsWithin(shape, number),
        _ => false, // another kind than object or list, or a list of a wrong length
    };

    private static bool IsOfKind(JsonElement value, JsonShapeKind kind) => value.ValueKind switch
    {
        JsonValueKind.Object => kind is JsonShapeKind.Object or JsonShapeKind.Map,
        JsonValueKind.Array => kind == JsonShapeKind.List,
        JsonValueKind.String => kind == JsonShapeKind.Text,
        JsonValueKind.Number => kind is JsonShapeKind.Number or JsonShapeKind.Integer,
        JsonValueKind.True or JsonValueKind.False => kind == JsonShapeKind.Boolean,
        _ => false,
    };

    private static bool IsWithin(JsonShape shape, double value) => !(value < shape.Least) && !(value > shape.Most);

    private static string Describe(JsonShape shape) => shape.Kind switch
    {
        JsonShapeKind.Text when shape.OneOf.Length > 0 => "one of " + string.Join(", ", shape.OneOf),
        JsonShapeKind.Text when shape.Pattern is { } pattern => pattern.Words,
        JsonShapeKind.Text => "a text" + Range(shape, " characters"),
        JsonShapeKind.Integer => "a whole number" + Range(shape, ""),
        JsonShapeKind.Number => "a number" + Range(shape, ""),
        JsonShapeKind.Boolean => "true or false",
        JsonShapeKind.List => "a list" + Range(shape, " items"),
        JsonShapeKind.Either => string.Join(" or ", shape.Choices.Select(Describe)),
        JsonShapeKind.Map => "an object" + Range(shape, " members"),
        _ => "an object",
    };

    private static string Range(JsonShape shape, string unit) => (shape.Least, shape.Most) switch
    {
        (null or 0, { } most) => string.Create(CultureInfo.InvariantCulture, $" of at most {most}{unit}"),
        ({ } least, null) => string.Create(CultureInfo.InvariantCulture, $" of at least {least}{unit}"),
        ({ } least, { } most) => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}{unit}"),
        _ => "",
    };

    private static string Shorten(string name) => name.Length > 64 ? name[..64] : name;

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
