using System.Collections.Frozen;
using System.Collections.Immutable;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>What a request to one endpoint must be like, by the endpoint's description. Immutable; thread-safe.</summary>
internal sealed class RequestRules
{
    /// <summary>The most parameters of a query.</summary>
    public const int MostParameters = 64;

    /// <summary>Nothing is asked of a request.</summary>
    public static readonly RequestRules None = new([], null);

    private readonly FrozenDictionary<string, QueryParameter> _query;
    private readonly ImmutableArray<string> _required;
    private readonly ImmutableArray<string> _contentTypes;
    private readonly ImmutableArray<string> _encodings;

    private RequestRules(IReadOnlyList<QueryParameter> query, RequestBody? body)
    {
        _query = query.ToFrozenDictionary(static q => q.Name, StringComparer.Ordinal);
        _required = [.. query.Where(static q => q.Required).Select(static q => q.Name)];
        _contentTypes = body?.ContentTypes ?? [];
        _encodings = body?.Encodings ?? [];
        Shape = body?.Shape;
    }

    /// <summary>What a JSON body must be like; null: any.</summary>
    public JsonShape? Shape { get; }

    public static RequestRules Of(EndpointMetadataCollection metadata)
    {
        var query = metadata.GetOrderedMetadata<QueryParameter>();
        var body = metadata.GetMetadata<RequestBody>();
        if (body is null && metadata.GetMetadata<IAcceptsMetadata>() is { ContentTypes.Count: > 0 } accepts)
            body = new RequestBody([.. accepts.ContentTypes.Select(static t => t.ToLowerInvariant())], null, []);
        return query.Count == 0 && body is null ? None : new RequestRules(query, body);
    }

    /// <summary>Checks what can be seen without the body; null where nothing is wrong.</summary>
    public RequestFlaw? Check(HttpRequest request)
    {
        if (request.QueryString.HasValue || _required.Length > 0)
        {
            if (CheckQuery(request.Query) is { } wrong)
                return wrong;
        }

        var headers = request.Headers;
        if (headers.ContentEncoding.Count > 0 && !TakesEncoding(headers.ContentEncoding))
            return RequestFlaw.Encoding(_encodings);
        return _contentTypes.Length > 0 && HasBody(request) && !TakesType(request.ContentType) ? RequestFlaw.Type(_contentTypes) : null;
    }

    /// <summary>Whether the request's body is JSON, which is looked at before the endpoint gets it.</summary>
    public static bool HasJson(HttpRequest request) =>
        request.ContentType is { } type && HasBody(request) && IsJson(MediaType(type)) && request.Headers.ContentEncoding.Count == 0;

    private static bool HasBody(HttpRequest request) => request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    private static bool IsJson(ReadOnlySpan<char> type) =>
        type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> MediaType(string type)
    {
        var end = type.IndexOf(';');
        return (end < 0 ? type : type.AsSpan(0, end)).Trim();
    }

    private bool TakesType(string? type)
    {
        if (type is null)
            return false;
        foreach (var one in _contentTypes)
        {
            if (MediaType(type).Equals(one, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private bool TakesEncoding(StringValues encodings)
    {
        foreach (var encoding in encodings)
        {
            if (!string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase) && !_encodings.Contains(encoding ?? "", StringComparer.OrdinalIgnoreCase))
                return false;
        }

        return encodings.Count == 1; // applied twice is a bomb in a bomb
    }

    private RequestFlaw? CheckQuery(IQueryCollection query)
    {
        if (query.Count > MostParameters)
            return RequestFlaw.Query($"A query has at most {MostParameters} parameters.");
        foreach (var name in _required)
        {
            if (!query.ContainsKey(name))
                return RequestFlaw.Query($"The parameter {name} is missing.");
        }

        if (_query.Count == 0)
            return null;
        foreach (var (name, values) in query)
        {
            // The framework finds parameters in any case: so must what is checked.
            if (!_query.TryGetValue(name, out var parameter) && Find(name) is { } other)
                parameter = other;
            if (parameter is null)
                continue;
            if (values.Count != 1 && !parameter.Repeats)
                return RequestFlaw.Query($"The parameter {parameter.Name} is there more than once.");
            foreach (var value in values)
            {
                if (!QueryValue.Fits(parameter, value ?? ""))
                    return RequestFlaw.Query($"The parameter {parameter.Name} must be {QueryValue.Describe(parameter)}.");
            }
        }

        return null;
    }

    private QueryParameter? Find(string name)
    {
        foreach (var (known, parameter) in _query)
        {
            if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
                return parameter;
        }

        return null;
    }
}
