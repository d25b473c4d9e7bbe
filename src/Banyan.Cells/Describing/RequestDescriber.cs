using System.Globalization;
using System.Text.Json.Nodes;
using Banyan.Cells.Access;
using Microsoft.OpenApi;

namespace Banyan.Cells.Describing;

/// <summary>Writes into an operation what its endpoint takes and asks: the same that the gateway checks.</summary>
internal static class RequestDescriber
{
    /// <summary>The name of the scheme of access tokens and API keys.</summary>
    public const string Scheme = "bearer";

    public static void Write(OpenApiOperation operation, OpenApiDocument? document, IList<object> metadata)
    {
        foreach (var parameter in metadata.OfType<QueryParameter>())
        {
            operation.Parameters ??= [];
            if (operation.Parameters.FirstOrDefault(p => p.In == ParameterLocation.Query && p.Name == parameter.Name) is { } bound)
                operation.Parameters.Remove(bound);
            operation.Parameters.Add(new OpenApiParameter { Name = parameter.Name, In = ParameterLocation.Query, Required = parameter.Required, Schema = Of(parameter) });
        }

        if (metadata.OfType<RequestBody>().LastOrDefault() is { ContentTypes.IsEmpty: false } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !body.IsOptional,
                Content = body.ContentTypes.ToDictionary(static t => t, t => new OpenApiMediaType { Schema = OfBody(body, t) }, StringComparer.Ordinal),
            };
        }

        if (metadata.OfType<EndpointAccess>().LastOrDefault() is not { Action: { } action })
            return;
        operation.Description = $"{operation.Description} Asks for {action}.".TrimStart();
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
    }

    /// <summary>How callers say who they are.</summary>
    public static void WriteScheme(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An access token (RFC 9068), or an API key." };
    }

    private static OpenApiSchema OfBody(RequestBody body, string type) => type switch
    {
        RequestBody.Form => new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = body.Fields.ToDictionary(static f => f.Name, static IOpenApiSchema (f) => Of(f), StringComparer.Ordinal),
            Required = body.Fields.Where(static f => f.Required).Select(static f => f.Name).ToHashSet(StringComparer.Ordinal),
        },
        _ when body.Shape is { } shape => Of(shape),
        _ => new OpenApiSchema(),
    };

    private static OpenApiSchema Of(QueryParameter parameter)
    {
        var one = parameter.Type switch
        {
            QueryType.Integer => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            QueryType.Number => new OpenApiSchema { Type = JsonSchemaType.Number },
            QueryType.Boolean => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            QueryType.Id => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
            _ => new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = parameter.Longest, Enum = Words(parameter.OneOf), Pattern = parameter.Pattern?.Anchored, Description = About(parameter.Pattern, parameter.AnyCase) },
        };
        (one.Minimum, one.Maximum) = (Text(parameter.Least), Text(parameter.Most));
        return parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = one } : one;
    }

    private static OpenApiSchema Of(JsonShape shape)
    {
        var schema = shape.Kind switch
        {
            JsonShapeKind.Object => new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = shape.Members.OrderBy(static m => m.Key, StringComparer.Ordinal).ToDictionary(static m => m.Key, static IOpenApiSchema (m) => Of(m.Value), StringComparer.Ordinal),
                Required = shape.Required.ToHashSet(StringComparer.Ordinal),
                AdditionalPropertiesAllowed = !shape.Closed,
            },
            JsonShapeKind.Map => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Of(shape.Items!), MaxProperties = (int?)shape.Most },
            JsonShapeKind.Either => new OpenApiSchema { AnyOf = [.. shape.Choices.Select(static IOpenApiSchema (c) => Of(c)), .. shape.Nullable ? new[] { new OpenApiSchema { Type = JsonSchemaType.Null } } : []] },
            JsonShapeKind.List => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Of(shape.Items!), MinItems = (int?)shape.Least, MaxItems = (int?)shape.Most },
            JsonShapeKind.Text => new OpenApiSchema { Type = JsonSchemaType.String, MinLength = (int?)shape.Least, MaxLength = (int?)shape.Most, Enum = Words(shape.OneOf, shape.Nullable), Pattern = shape.Pattern?.Anchored, Description = About(shape.Pattern, shape.AnyCase) },
            JsonShapeKind.Integer => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = Text(shape.Least), Maximum = Text(shape.Most) },
            JsonShapeKind.Number => new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = Text(shape.Least), Maximum = Text(shape.Most) },
            JsonShapeKind.Boolean => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            _ => new OpenApiSchema(),
        };
        if (shape.Nullable && schema.Type is { } type)
            schema.Type = type | JsonSchemaType.Null;
        return schema;
    }

    private static List<JsonNode>? Words(IReadOnlyCollection<string> words, bool orNull = false) =>
        words.Count == 0 ? null : [.. words.Select(static w => (JsonNode)w), .. orNull ? [JsonNullSentinel.JsonNull] : Array.Empty<JsonNode>()];

    private static string? About(TextPattern? pattern, bool anyCase) => anyCase ? "In any case of letters." : pattern is null ? null : char.ToUpperInvariant(pattern.Words[0]) + pattern.Words[1..] + ".";

    private static string? Text(double? number) => number?.ToString(CultureInfo.InvariantCulture);
}
