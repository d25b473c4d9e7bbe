using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Cells.Tests;

/// <summary>A service that keeps notes: <c>POST /notes/v1/notes</c> with the text as body.</summary>
internal static class NoteService
{
    public static TestService Create() => new()
    {
        Migrations = [new(1, "notes", "CREATE TABLE note (id uuid PRIMARY KEY, text text NOT NULL)")],
        Endpoints = static r => r.MapPost("/notes/v1/notes", PostAsync).WithSummary("Keeps a note").WithTags("notes").Accepts<string>("text/plain").Produces(201).OpenToAll(),
    };

    private static async Task<IResult> PostAsync(HttpRequest request, IJournal journal, CancellationToken stop)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, stop);
        var text = Encoding.UTF8.GetString(body.ToArray());
        var id = Guid.CreateVersion7();
        var outcome = await journal.CommitAsync(new Change
        {
            Key = ChangeHttp.ReadKey(request, body.ToArray()),
            Answer = new StoredAnswer(StatusCodes.Status201Created, "application/json", Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\"}}"), $"/notes/v1/notes/{id}"),
            Statements = [new NpgsqlBatchCommand("INSERT INTO notes.note (id, text) VALUES ($1, $2)") { Parameters = { new() { Value = id }, new() { Value = text } } }],
            Events = [new JournalEvent { Topic = "notes.changes", Type = "notes.noted.v1", Subject = id.ToString(), Data = $"{{\"length\":{text.Length}}}" }],
        }, stop);
        return ChangeHttp.ToResult(outcome);
    }
}
