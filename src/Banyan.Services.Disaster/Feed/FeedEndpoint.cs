using System.Security.Cryptography;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Reach;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Disaster.Feed;

/// <summary><c>GET /disaster/v1/feed.atom</c>, from memory; the first page is written once for each change.</summary>
internal sealed class FeedEndpoint(AlertBoard board, CellContext cell)
{
    private const int PageSize = 200;
    private readonly AtomFeed _feed = new(cell.PublicAddress, cell.Region, cell.Platform);
    private Cached? _first;

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods(AtomFeed.Path, ["GET", "HEAD"], Get).Describe(DisasterService.ServiceName, "The active alerts as an Atom feed of CAP", 200, "application/atom+xml").OpenToAll().TakesQuery(PageQuery.Parameters);

    private Task Get(HttpContext context)
    {
        var page = PageQuery.Read(context.Request.Query);
        if (page.Problems.Count > 0)
            return QueryInterest.Refuse(page.Problems).ExecuteAsync(context);
        var snapshot = board.Current;
        var content = page.Cursor is null ? First(snapshot) : Write(snapshot, page.Cursor);
        return HttpAnswers.Write(context, content.Bytes, content.ETag, "application/atom+xml; charset=utf-8", snapshot.ChangedAt);
    }

    private BoardPage First(BoardSnapshot snapshot)
    {
        var cached = Volatile.Read(ref _first);
        if (cached?.Snapshot == snapshot)
            return cached.Page;
        // Two readers at once may both write it: they write the same.
        cached = new Cached(snapshot, Write(snapshot, null));
        Volatile.Write(ref _first, cached);
        return cached.Page;
    }

    private BoardPage Write(BoardSnapshot snapshot, Guid? cursor)
    {
        var (alerts, more) = snapshot.Take(static _ => true, cursor, PageSize);
        var bytes = _feed.Write(alerts, snapshot.ChangedAt, cursor, more ? alerts[^1].Id : null);
        return new BoardPage(bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"");
    }

    private sealed record Cached(BoardSnapshot Snapshot, BoardPage Page);
}
