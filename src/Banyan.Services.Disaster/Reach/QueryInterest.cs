using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Services.Disaster.Cap;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Disaster.Reach;

/// <summary>An interest in a request's query: <c>point</c>, <c>area</c>, <c>geocode</c> (each may repeat), <c>severity</c>.</summary>
internal static class QueryInterest
{
    /// <summary>What <see cref="Read"/> reads, as it is described and checked before; how many there may be together, and what polygons are, it says itself.</summary>
    public static readonly QueryParameter[] Parameters =
    [
        new("point", QueryType.Text) { Repeats = true, Pattern = new TextPattern(@"\s*[-+]?[0-9.]+\s*,\s*[-+]?[0-9.]+\s*", "'latitude,longitude' in decimal degrees, such as -1.2921,36.8219") },
        new("area", QueryType.Text) { Repeats = true, Longest = 8 * 1024 },
        new("geocode", QueryType.Text) { Repeats = true, Longest = InterestReader.MaxGeocode, Pattern = new TextPattern("[^=][\\s\\S]*[=:][\\s\\S]+", "'name=value', such as ISO3166-2=KE-17") },
        new("severity", QueryType.Text) { OneOf = [.. Enum.GetNames<CapSeverity>()], AnyCase = true },
    ];

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
