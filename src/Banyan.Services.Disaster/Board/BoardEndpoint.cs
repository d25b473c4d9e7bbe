using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Reach;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Disaster.Board;

/// <summary><c>GET /disaster/v1/alerts</c>: what is active, from memory alone.</summary>
internal sealed class BoardEndpoint(AlertBoard board)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/disaster/v1/alerts", ["GET", "HEAD"], List).Describe(DisasterService.ServiceName, "The alerts that are active, for a point or an area", 200, "application/json", 422).OpenToAll()
        .TakesQuery(QueryInterest.Parameters).TakesQuery(PageQuery.Parameters).TakesQuery(new("since", QueryType.Text) { Longest = 64 }, new("event", QueryType.Text));

    /// <summary>The hottest read of the platform: without a query, bytes that are ready.</summary>
    private Task List(HttpContext context)
    {
        var snapshot = board.Current;
        if (!context.Request.QueryString.HasValue)
            return HttpAnswers.WriteJson(context, snapshot.FirstPage.Bytes, snapshot.FirstPage.ETag);

        var query = context.Request.Query;
        var interest = QueryInterest.Read(query);
        var page = PageQuery.Read(query);
        var since = DateTimeOffset.MinValue;
        if (query["since"].ToString() is { Length: > 0 } given && !DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out since))
            page.Problems.Add("since is not a time such as 2026-03-01T07:00:00Z.");
        if (interest.Problems.Count + page.Problems.Count > 0)
            return QueryInterest.Refuse([.. interest.Problems, .. page.Problems]).ExecuteAsync(context);

        var wanted = interest.Interest;
        var name = query["event"].ToString();
        var found = snapshot.Page(
            alert => alert.ReceivedAt > since
                && (name.Length == 0 || alert.Events.Contains(name, StringComparer.OrdinalIgnoreCase))
                && (wanted.IsAll || wanted.Matches(alert.Reach)),
            page.Cursor,
            page.Limit);
        return HttpAnswers.WriteJson(context, found.Bytes, found.ETag);
    }
}
