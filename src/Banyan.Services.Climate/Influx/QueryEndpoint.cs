using System.Text.RegularExpressions;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Services.Climate.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Climate.Influx;

/// <summary>
/// The one statement that writing agents send to InfluxDB 1.x's <c>/query</c> before they write: <c>CREATE DATABASE</c>.
/// Everything else is refused: readings are queried at <c>/climate/v1</c>.
/// </summary>
internal sealed partial class QueryEndpoint(SeriesCatalog catalog)
{
    private const int MaxBody = 64 * 1024;

    /// <summary>Clients send it in the query, or as a form.</summary>
    private static readonly QueryParameter Statement = new("q", QueryType.Text) { Longest = 4 * 1024 };

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/query", AnswerAsync).WithBodyLimit(MaxBody).Describe(ClimateService.ServiceName, "InfluxDB's CREATE DATABASE, as agents send it before they write", 200).Requires("climate.readings.write")
            .TakesQuery(Statement).TakesForm(Statement with { Longest = MaxBody }).TakesBody(RequestBody.Form, RequestBody.AnyType).BodyMayBeAbsent().RefusesAs(InfluxAnswer.Flaw(InfluxDialect.One));
        routes.MapGet("/query", AnswerAsync).Describe(ClimateService.ServiceName, "InfluxDB's queries that agents send before they write", 200).Requires("climate.readings.write").TakesQuery(Statement).RefusesAs(InfluxAnswer.Flaw(InfluxDialect.One));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var text = http.Request.Query["q"].ToString();
        if (text.Length == 0 && http.Request.HasFormContentType)
            text = (await http.Request.ReadFormAsync(http.RequestAborted))["q"].ToString();
        var match = CreateDatabase().Match(text);
        if (!match.Success)
        {
            await InfluxAnswer.SendAsync(http, InfluxDialect.One, InfluxAnswer.Refusal(InfluxDialect.One, StatusCodes.Status400BadRequest, "invalid", "only CREATE DATABASE is answered here; readings are queried at /climate/v1/readings and /climate/v1/aggregate"));
            return;
        }

        var name = match.Groups["name"].Value;
        if (name.Length > SeriesCatalog.MaxNamespaceName || await catalog.GetOrCreateAsync(name, http.RequestAborted) is null)
        {
            await InfluxAnswer.SendAsync(http, InfluxDialect.One, InfluxAnswer.Refusal(InfluxDialect.One, StatusCodes.Status422UnprocessableEntity, "invalid", "the name is too long, or the cell has as many databases as it takes"));
            return;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("{\"results\":[{\"statement_id\":0}]}\n", http.RequestAborted);
    }

    /// <summary>InfluxQL 1.x: <c>CREATE DATABASE "name" [WITH …]</c>; the retention that it names is ours to decide.</summary>
    [GeneratedRegex("""^\s*CREATE\s+DATABASE\s+(?:"(?<name>[^"\\\p{C}]+)"|(?<name>[A-Za-z_][A-Za-z0-9_]*))(?:\s+WITH\s[^;]*)?\s*;?\s*$""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CreateDatabase();
}
