using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Disaster.Reach;

/// <summary>An interest in a request's query: <c>point</c>, <c>area</c>, <c>geocode</c> (each may repeat), <c>severity</c>.</summary>
internal static class QueryInterest
{
    public static InterestReader Read(IQueryCollection query)
    {
        var reader = new InterestReader();
        foreach (var point in query["point"])
            reader.AddPoint(point ?? "");
        foreach (var area in query["area"])
            reader.AddArea(area ?? "");
        foreach (var geocode in query["geocode"])
            reader.AddGeocode(geocode ?? "");
        if (query["severity"] is { Count: > 0 } severity)
            reader.SetSeverity(severity[0] ?? "");
        return reader;
    }

    /// <summary>The answer to a query that can't be read: all that is wrong with it.</summary>
    public static IResult Refuse(IReadOnlyList<string> problems) =>
        Problem.Create(StatusCodes.Status400BadRequest, "query-invalid", "The query can't be read", string.Join(" ", problems), new Dictionary<string, object?> { ["errors"] = problems });
}
