using Banyan.Cells.Access;
using Banyan.Cells.Http;
using Banyan.Cells.Tests.Access;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>The journal notes who made a change, by the gateway's word.</summary>
public class ActorTests
{
    private IJournal? _journal;

    [Fact]
    public async Task Change_ByToken_IsItsSubjects()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        var token = cell.North.Token(("kind", "staff"), ("roles", new[] { "officer" }));

        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/made", token, new StringContent("{}", System.Text.Encoding.UTF8, "application/json"))).ShouldBe(201);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/made-open")).ShouldBe(201);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/made-open", await cell.ApiKeyAsync("forms"))).ShouldBe(201);
        await _journal!.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [new JournalEvent { Topic = "notes.changes", Type = "t", Data = "{}" }] }, CancellationToken.None);

        var entries = new List<JournalEntry>();
        await foreach (var entry in _journal.FollowAsync(0, null, CancellationToken.None))
        {
            entries.Add(entry);
            if (entries.Count == 4)
                break;
        }

        entries.Select(static e => e.Actor).ShouldBe(["north.resident0000000000001", "anonymous", "north.machine-forms", "process:cell.north"]);
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        _journal = (IJournal)routes.ServiceProvider.GetService(typeof(IJournal))!;
        routes.MapPost("/notes/v1/made", MakeAsync).Requires("notes.notes.write");
        routes.MapPost("/notes/v1/made-open", MakeAsync).OpenToAll();
    }

    private static async Task<IResult> MakeAsync(IJournal journal, CancellationToken stop) =>
        ChangeHttp.ToResult(await journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [new JournalEvent { Topic = "notes.changes", Type = "t", Data = "{}" }] }, stop));
}
