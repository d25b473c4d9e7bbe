using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Cells.Records;

/// <summary>
/// <c>POST /journal/v1/records/chain</c>: what an organisation did on the chain, once for each transaction. The chain is the truth about it: the entry
/// names the transaction, by which anyone can look.
/// </summary>
internal sealed class ChainActEndpoint(IJournal journal)
{
    private const int MaxBody = 256 << 10;
    private const string Insert = "INSERT INTO platform.record (kind, key, receipt, document) VALUES ('chain', $1, $2, $3) ON CONFLICT DO NOTHING";

    private static readonly JsonShape Shape = JsonShape.Object(
        ("what", JsonShape.Word("proposed", "approved", "approval revoked", "withdrawn", "executed", "paused", "fork reported", "deployed")),
        ("organisation", JsonShape.Text(100, 1)),
        ("proposal?", JsonShape.Integer(1)),
        ("does", JsonShape.List(JsonShape.Text(1000), 1000)),
        ("transaction", JsonShape.Text(66) with { Pattern = new TextPattern("0x[0-9a-f]{64}", "the hash of a transaction") }),
        ("block", JsonShape.Integer(0)),
        ("address?", JsonShape.Text(42)));

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/journal/v1/records/chain", EnterAsync).WithBodyLimit(MaxBody)
        .Describe("journal", "Enters what an organisation did on the chain, once for each transaction", 204, "application/json", 400, 401, 403, 413)
        .Requires("journal.records.write")
        .TakesJson(Shape);

    private async Task EnterAsync(HttpContext context)
    {
        using var json = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("transaction", out var hash) || hash.GetString() is not { } transaction)
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "bad-request", "The request can't be understood", "The body names no transaction.").ExecuteAsync(context);
            return;
        }

        var document = JsonSerializer.Serialize(json.RootElement);
        var entry = new JournalEvent { Topic = RecordTopics.Chain, Type = RecordTopics.ChainActed, Subject = transaction, Data = document };
        await using var session = await journal.BeginAsync(key: null, context.RequestAborted);
        await using var command = new NpgsqlCommand(Insert, session.Transaction.Connection, session.Transaction)
        {
            Parameters = { new() { Value = transaction }, new() { Value = entry.Id }, new() { Value = document } },
        };
        if (await command.ExecuteNonQueryAsync(context.RequestAborted) == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent; // It is there, from a request before.
            return;
        }

        session.Append(entry);
        await ChangeHttp.ToResult(await session.CommitAsync(new StoredAnswer(204), context.RequestAborted)).ExecuteAsync(context);
    }
}
