using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Climate.Influx;

/// <summary>What a client of InfluxDB asks before it writes: <c>/ping</c> (1.x and 2.x) and <c>/health</c> (2.x).</summary>
internal static class PingEndpoints
{
    /// <summary>The version that clients are told. They only look at the major one, to choose a dialect; both are served.</summary>
    public const string Version = "2.7.0-banyan";

    private static readonly byte[] Health = Encoding.UTF8.GetBytes(
        $$"""{"name":"influxdb","message":"ready for queries and writes","status":"pass","checks":[],"version":"{{Version}}","commit":"banyan"}""");

    public static void MapPing(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/ping", [HttpMethods.Get, HttpMethods.Head], static (HttpContext http) =>
        {
            Stamp(http.Response);
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }).Describe(ClimateService.ServiceName, "What clients of InfluxDB ask before they write", 204, null).OpenToAll();
        routes.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], static (HttpContext http) =>
        {
            Stamp(http.Response);
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = Health.Length;
            return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(Health, http.RequestAborted).AsTask();
        }).Describe(ClimateService.ServiceName, "What clients of InfluxDB 2 ask before they write", 200).OpenToAll();
    }

    /// <summary>Headers that InfluxDB's clients look for on every answer.</summary>
    public static void Stamp(HttpResponse response)
    {
        response.Headers["X-Influxdb-Version"] = Version;
        response.Headers["X-Influxdb-Build"] = "OSS";
    }
}
