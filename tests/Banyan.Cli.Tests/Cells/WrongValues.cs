using System.Text.Json.Nodes;
using Banyan.Cells.Describing;

namespace Banyan.Cli.Tests.Cells;

/// <summary>Values that a description rules out, each wrong in one way.</summary>
internal static class WrongValues
{
    /// <summary>Longer texts don't go in a request line, or in a body within its limit.</summary>
    private const int LongestTried = 6_000;

    /// <summary>Values that a parameter must not have.</summary>
    public static IEnumerable<string> Of(QueryParameter parameter)
    {
        switch (parameter.Type)
        {
            case QueryType.Integer:
                yield return "x";
                yield return "1.5";
                break;
            case QueryType.Number:
                yield return "x";
                yield return "1e999";
                break;
            case QueryType.Boolean:
                yield return "maybe";
                break;
            case QueryType.Id:
                yield return "x";
                break;
            default:
                if (parameter.Longest <= LongestTried)
                    yield return new string('x', parameter.Longest + 1);
                if (parameter.OneOf.Length > 0)
                    yield return "no such word";
                if (parameter.Pattern is not null)
                    yield return "\u0001";
                break;
        }

        if (parameter.Least is { } least)
            yield return Text(least - 1);
        if (parameter.Most is { } most)
            yield return Text(most + 1);
    }

    /// <summary>Bodies, each with the place (JSON Pointer) that is wrong in it; other members are not there.</summary>
    public static IEnumerable<(string Pointer, JsonNode? Body)> Of(JsonShape shape)
    {
        foreach (var value in Itself(shape))
            yield return ("", value);
        switch (shape.Kind)
        {
            case JsonShapeKind.Object:
                foreach (var name in shape.Required)
                    yield return ("/" + name, new JsonObject());
                if (shape.Closed)
                    yield return ("/surely-unknown", new JsonObject { ["surely-unknown"] = 1 });
                foreach (var (name, member) in shape.Members)
                {
                    foreach (var (pointer, value) in Of(member))
                        yield return ($"/{name}{pointer}", new JsonObject { [name] = value });
                }

                break;
            case JsonShapeKind.Map:
                foreach (var (pointer, value) in Of(shape.Items!))
                    yield return ("/k" + pointer, new JsonObject { ["k"] = value });
                break;
            case JsonShapeKind.List:
                foreach (var (pointer, value) in Of(shape.Items!))
                    yield return ("/0" + pointer, new JsonArray(value));
                break;
            case JsonShapeKind.Either:
                foreach (var choice in shape.Choices)
                {
                    foreach (var (pointer, value) in Of(choice).Where(static w => w.Pointer.Length > 0))
                        yield return (pointer, value);
                }

                break;
            default:
                break;
        }
    }

    private static IEnumerable<JsonNode?> Itself(JsonShape shape)
    {
        if (!shape.Nullable && shape.Kind != JsonShapeKind.Any)
            yield return null;
        switch (shape.Kind)
        {
            case JsonShapeKind.Any:
                break;
            case JsonShapeKind.Text:
                yield return 5;
                if (shape.Most is <= LongestTried)
                    yield return new string('x', (int)shape.Most + 1);
                if (shape.Least > 0)
                    yield return new string('x', (int)shape.Least - 1);
                if (shape.OneOf.Length > 0)
                    yield return "no such word";
                if (shape.Pattern is not null)
                    yield return "\u0001";
                break;
            case JsonShapeKind.Number:
                yield return "x";
                break;
            case JsonShapeKind.Integer:
                yield return 1.5;
                break;
            case JsonShapeKind.List:
                yield return 5;
                if (shape.Least > 0)
                    yield return new JsonArray();
                if (shape.Most is <= 1_000)
                    yield return new JsonArray([.. Enumerable.Range(0, (int)shape.Most + 1).Select(static i => (JsonNode?)i)]);
                break;
            case JsonShapeKind.Either:
                yield return shape.Choices.All(static c => c.Kind != JsonShapeKind.Boolean) ? true : 5;
                break;
            default:
                yield return "x";
                break;
        }

        if (shape.Kind is JsonShapeKind.Integer or JsonShapeKind.Number && shape.Least is { } least)
            yield return least - 1;
        if (shape.Kind is JsonShapeKind.Integer or JsonShapeKind.Number && shape.Most is { } most)
            yield return most + 1;
    }

    private static string Text(double number) => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
