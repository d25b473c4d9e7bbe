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

    private readonly ParameterRules _query;
    private readonly ParameterRules _form;
    private readonly ImmutableArray<string> _contentTypes;
    private readonly ImmutableArray<string> _encodings;
    private readonly JsonShape? _shape;
    private readonly bool _needsBody;

    private RequestRules(IReadOnlyList<QueryParameter> query, RequestBody? body)
    {
        _query = new ParameterRules(query);
        _form = new ParameterRules(body?.Fields ?? []);
        _contentTypes = body is null || body.ContentTypes.Contains(RequestBody.AnyType) ? [] : body.ContentTypes;
        _encodings = body?.Encodings ?? [];
        _shape = body?.Shape;
        _needsBody = body is { ContentTypes.IsEmpty: false, IsOptional: false, IsNone: false };
    }

    public static RequestRules Of(EndpointMetadataCollection metadata)
    {
        var query = metadata.GetOrderedMetadata<QueryParameter>();
        var body = metadata.GetMetadata<RequestBody>();
        if (body is null && metadata.GetMetadata<IAcceptsMetadata>() is { ContentTypes.Count: > 0 } accepts)
            body = new RequestBody([.. accepts.ContentTypes.Select(static t => t.ToLowerInvariant())], null, []) { IsOptional = accepts.IsOptional };
        return query.Count == 0 && body is null ? None : new RequestRules(query, body);
    }

    /// <summary>Checks what can be seen without the body; null where nothing is wrong.</summary>
    public RequestFlaw? Check(HttpRequest request)
    {
        if ((request.QueryString.HasValue || _query.AnyRequired) && CheckQuery(request.Query) is { } wrong)
            return wrong;
        var headers = request.Headers;
        if (headers.ContentEncoding.Count > 0 && !TakesEncoding(headers.ContentEncoding))
            return RequestFlaw.Encoding(_encodings);
        if (_contentTypes.IsEmpty && !_needsBody)
            return null;
        if (!HasBody(request))
            return _needsBody ? RequestFlaw.NoBody(_contentTypes) : null;
        return _contentTypes.Length > 0 && !TakesType(request.ContentType) ? RequestFlaw.Type(_contentTypes) : null;
    }

    /// <summary>Whether the request's body is looked at before the endpoint gets it: JSON always, a form where its fields are described.</summary>
    public bool LooksInto(HttpRequest request) => IsPlain(request, out var type) && (IsJson(type) || IsForm(type));

    /// <summary>Looks at such a body, within the endpoint's limit, and leaves it to be read again; null where nothing is wrong.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, too slow, or not what its length says.</exception>
    public Task<RequestFlaw?> CheckBodyAsync(HttpContext context)
    {
        if (!IsPlain(context.Request, out var type))
            return Task.FromResult<RequestFlaw?>(null);
        return IsJson(type) ? JsonBody.CheckAsync(context, _shape, mayBeEmpty: _shape is null || !_needsBody) : IsForm(type) ? FormBody.CheckAsync(context, _form) : Task.FromResult<RequestFlaw?>(null);
    }

    private static bool IsPlain(HttpRequest request, out ReadOnlySpan<char> type)
    {
        type = request.ContentType is { } given ? MediaType(given) : default;
        return !type.IsEmpty && HasBody(request) && request.Headers.ContentEncoding.Count == 0;
    }

    private bool IsForm(ReadOnlySpan<char> type) => _form.Any && type.Equals(RequestBody.Form, StringComparison.OrdinalIgnoreCase);

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
        var places = _query.Find(query);
        return places.IsEmpty ? null : RequestFlaw.Query(places);
    }
}
