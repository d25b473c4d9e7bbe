using System.Text.Json;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Accounts;

/// <summary>
/// What is to be sent to people by e-mail or text message. It waits here, sealed, until a program that sends takes it
/// (<c>GET /identity/v1/messages</c>): no provider's name is in this service.
/// </summary>
internal sealed class Messages(IKeyVault vault, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const string InsertMessage = "INSERT INTO identity.messages (id, subject, kind, sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";

    /// <summary>What to add to the change that causes it.</summary>
    public async Task<(NpgsqlBatchCommand Statement, JournalEvent Event)> MakeAsync(string subject, Identifier to, string text, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var plain = JsonSerializer.SerializeToUtf8Bytes(new MessageText(to.Value, text), AccountJson.Default.MessageText);
        var sealedText = await vault.ProtectAsync(subject, PersonalFields.Message, plain, cancellationToken);
        return (
            Sql.Statement(InsertMessage, Sql.Uuid(id), Sql.Text(subject), Sql.Text(to.Kind), Sql.Bytes(sealedText), Sql.Time(now), Sql.Time(now + lifetime)),
            IdentityEvents.Of(IdentityTopics.Messages, "message.waits", id.ToString(), ("kind", to.Kind)));
    }
}

/// <summary>The sealed part of a message.</summary>
internal sealed record MessageText(string To, string Text);
