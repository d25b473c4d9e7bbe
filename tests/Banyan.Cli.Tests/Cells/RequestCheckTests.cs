using System.Text;
using System.Text.Json;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cli.Tests.Cells;

/// <summary>What endpoints say of their requests is what the gateway of a real cell holds requests to, and what <c>/openapi/v1.json</c> tells.</summary>
public sealed class RequestCheckTests(WholeCell cell) : IClassFixture<WholeCell>
{
    private static readonly string[] WithBody = ["POST", "PUT", "PATCH"];

    [Fact]
    public async Task Gateway_ParameterOfAnotherKind_IsRefusedByNameBeforeTheEndpoint()
    {
        var tried = 0;
        var wrong = new List<string>();
        foreach (var endpoint in cell.Endpoints)
        {
            foreach (var parameter in endpoint.Metadata.GetOrderedMetadata<QueryParameter>())
            {
                foreach (var value in WrongValues.Of(parameter))
                    await ExpectAsync(endpoint, parameter.Name, $"{parameter.Name}={Uri.EscapeDataString(value)}", null);
                if (!parameter.Repeats)
                    await ExpectAsync(endpoint, parameter.Name, $"{parameter.Name}=1&{parameter.Name}=1", null);
                if (parameter.Required)
                    await ExpectAsync(endpoint, parameter.Name, $"{parameter.Name}=", null);
            }
        }

        tried.ShouldBeGreaterThan(100);
        wrong.ShouldBeEmpty();

        async Task ExpectAsync(RouteEndpoint endpoint, string name, string query, HttpContent? content)
        {
            tried++;
            if (await RefusalAsync(endpoint, query, content, 400, "parameter", name) is { } problem)
                wrong.Add(problem);
        }
    }

    [Fact]
    public async Task Gateway_BodyOfAnotherShape_IsRefusedByPlaceBeforeTheEndpoint()
    {
        var tried = 0;
        var wrong = new List<string>();
        foreach (var endpoint in cell.Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<RequestBody>() is not { IsNone: false } body)
                continue;
            foreach (var (pointer, json) in body.Shape is { } shape ? WrongValues.Of(shape) : [])
                await ExpectAsync(endpoint, 422, pointer, new StringContent(json?.ToJsonString() ?? "null", Encoding.UTF8, "application/json"));
            foreach (var field in body.Fields)
            {
                foreach (var value in WrongValues.Of(field))
                    await ExpectAsync(endpoint, 422, "/" + field.Name, Form($"{field.Name}={Uri.EscapeDataString(value)}"));
                if (!field.Repeats)
                    await ExpectAsync(endpoint, 422, "/" + field.Name, Form($"{field.Name}=1&{field.Name}=1"));
                if (field.Required)
                    await ExpectAsync(endpoint, 422, "/" + field.Name, Form($"{field.Name}="));
            }

            if (body.ContentTypes.Length > 0 && !body.ContentTypes.Contains(RequestBody.AnyType))
                await ExpectAsync(endpoint, 415, null, new StringContent("x", Encoding.UTF8, "text/csv"));
            if (body is { ContentTypes.Length: > 0, IsOptional: false })
                await ExpectAsync(endpoint, 400, null, null);
        }

        tried.ShouldBeGreaterThan(100);
        wrong.ShouldBeEmpty();

        async Task ExpectAsync(RouteEndpoint endpoint, int status, string? pointer, HttpContent? content)
        {
            tried++;
            if (await RefusalAsync(endpoint, Needed(endpoint), content, status, "pointer", pointer) is { } problem)
                wrong.Add(problem);
        }

        static StringContent Form(string text) => new(text, Encoding.ASCII, RequestBody.Form);
    }

    [Fact]
    public async Task Gateway_SeveralThingsWrong_AreToldAtOnce()
    {
        using var answer = await cell.Client.GetAsync("/climate/v1/readings?limit=x&format=y", TestContext.Current.CancellationToken);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        ((int)answer.StatusCode).ShouldBe(400);
        problem.GetProperty("errors").EnumerateArray().Select(static e => e.GetProperty("parameter").GetString()).ShouldBe(["limit", "format", "measurement"], ignoreOrder: true);
        problem.GetProperty("detail").GetString().ShouldBe("The parameter limit must be a whole number from 1 to 100000. The parameter format must be one of json, line. The parameter measurement is missing.");
    }

    [Fact]
    public async Task Gateway_AsDescribed_ReachesTheEndpoint()
    {
        var before = cell.ExecutedCount;
        using var answer = await cell.Client.GetAsync("/climate/v1/readings?measurement=none&limit=&from=now-1h&to=now&tag.station=x&format=line", TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        cell.ExecutedCount.ShouldBe(before + 1);
    }

    [Fact]
    public void Endpoints_ThatTakeBodies_SayWhichOrNone() =>
        cell.Endpoints.Where(static e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(WithBody.Contains) == true)
            .Where(static e => e.Metadata.GetMetadata<RequestBody>() is not ({ IsNone: true } or { ContentTypes.Length: > 0 }) && e.Metadata.GetMetadata<IAcceptsMetadata>() is null)
            .Select(static e => e.DisplayName)
            .ShouldBeEmpty("add .TakesJson(shape), .TakesForm(fields), .TakesBody(types) or .TakesNothing() (docs/gateway.md)");

    /// <summary>Null where the request was refused as it must be, and the endpoint was not run.</summary>
    private async Task<string?> RefusalAsync(RouteEndpoint endpoint, string query, HttpContent? content, int status, string kind, string? place)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods;
        using var request = new HttpRequestMessage(new HttpMethod(content is null ? methods[0] : methods.First(WithBody.Contains)), PathOf(endpoint) + (query.Length > 0 ? "?" + query : "")) { Content = content };
        var executed = cell.ExecutedCount;
        using var answer = await cell.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return $"{request.Method} {request.RequestUri} opened a stream";
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var sent = $"{request.Method} {request.RequestUri} {(content is null ? "" : await content.ReadAsStringAsync(TestContext.Current.CancellationToken))}";
        sent = sent.Length > 300 ? sent[..300] + "…" : sent;
        if (cell.ExecutedCount != executed)
            return $"{sent} reached its endpoint: {(int)answer.StatusCode} {text}";
        if (endpoint.Metadata.GetMetadata<OwnRefusals>() is not null)
            return (int)answer.StatusCode is >= 400 and < 500 && (place is null || text.Contains(place.TrimStart('/'), StringComparison.Ordinal)) ? null : $"{sent}: {(int)answer.StatusCode} {text}";
        if ((int)answer.StatusCode != status || answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return $"{sent} is not refused with {status}: {(int)answer.StatusCode} {text}";
        if (place is null)
            return null;
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.TryGetProperty("errors", out var errors) && errors.EnumerateArray().Any(e => e.TryGetProperty(kind, out var where) && where.GetString() == place)
            ? null : $"{sent} is refused without saying that it is for {kind} '{place}': {text}";
    }

    /// <summary>A query that has what must be there, of the simplest kind.</summary>
    private static string Needed(RouteEndpoint endpoint) => string.Join('&', endpoint.Metadata.GetOrderedMetadata<QueryParameter>().Where(static p => p.Required).Select(static p => $"{p.Name}={(p.OneOf.Length > 0 ? p.OneOf[0] : "1")}"));

    private static string PathOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(static s => string.Concat(s.Parts.Select(static p => p switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies.Count: > 0 } => Guid.Empty.ToString(),
        _ => "x",
    }))));
}
