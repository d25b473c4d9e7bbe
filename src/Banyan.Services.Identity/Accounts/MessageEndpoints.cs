using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.Accounts;

/// <summary><c>/identity/v1/messages</c>: for the program that sends e-mail and text messages. What it has sent, it deletes.</summary>
internal sealed class MessageEndpoints(IJournal journal, NpgsqlDataSource database, IKeyVault vault, ChangeKeys keys, TimeProvider time)
{
    private const int PageSize = 100;
    private const string SelectWaiting = "SELECT id, subject, kind, sealed, expires_at FROM identity.messages WHERE expires_at > $1 ORDER BY id LIMIT $2";
    private const string DeleteOne = "DELETE FROM identity.messages WHERE id = $1";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/identity/v1/messages", Refusals.Guard(ListAsync)).Requires("identity.messages.deliver").Describe(IdentityService.ServiceName, "Messages that wait to be sent, oldest first", 200);
        routes.MapDelete("/identity/v1/messages/{id:guid}", Refusals.Guard(DeleteAsync)).Requires("identity.messages.deliver").Describe(IdentityService.ServiceName, "Takes a message off, once it was sent", 204, null);
    }

    private async Task<IResult> ListAsync(HttpContext context)
    {
        var rows = new List<(Guid Id, string Subject, string Kind, byte[] Sealed, DateTimeOffset Expires)>();
        await using (var command = Sql.Command(database, SelectWaiting, Sql.Time(time.GetUtcNow()), Sql.Number(PageSize)))
        await using (var reader = await command.ExecuteReaderAsync(context.RequestAborted))
        {
            while (await reader.ReadAsync(context.RequestAborted))
                rows.Add((reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        var messages = new List<MessageView>();
        foreach (var (id, subject, kind, sealedText, expires) in rows)
        {
            if (await vault.RevealAsync(subject, PersonalFields.Message, sealedText, context.RequestAborted) is { } plain && JsonSerializer.Deserialize(plain, AccountJson.Default.MessageText) is { } text)
                messages.Add(new MessageView(id, kind, text.To, text.Text, expires));
        }

        return Results.Json(new MessagePage(messages), AccountJson.Default.MessagePage);
    }

    private async Task<IResult> DeleteAsync(HttpContext context)
    {
        var id = Guid.Parse((string)context.Request.RouteValues["id"]!);
        return ChangeHttp.ToResult(await journal.CommitAsync(
            new Change
            {
                Key = keys.Read(context, context.Caller().Subject, []),
                Answer = new StoredAnswer(204),
                Statements = [Sql.Statement(DeleteOne, Sql.Uuid(id))],
                Events = [IdentityEvents.Of(IdentityTopics.Messages, "message.sent", id.ToString(), ("by", context.Caller().Subject))],
            },
            context.RequestAborted));
    }
}
