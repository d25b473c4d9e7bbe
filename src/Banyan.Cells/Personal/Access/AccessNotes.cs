using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Access;

/// <summary>Notes who looks at whose data, before it is shown: in the journal, and in rows that the person can list. Thread-safe.</summary>
internal sealed class AccessNotes(IHttpContextAccessor requests, IJournal journal, TimeProvider time)
{
    private const string Insert = "INSERT INTO personal.access (id, subject, looked_at, by_kind, by, action, purpose) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private static readonly object Noted = new();
    private readonly Lock _lock = new();

    /// <summary>
    /// A person's data is about to be revealed: where that is within a request of staff or of a machine, and about somebody else, it is
    /// noted first, once a request and person. What the cell does by itself, and for the person, needs no note.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The request does not say what for.</exception>
    public ValueTask BeforeRevealAsync(string subject, CancellationToken cancellationToken)
    {
        if (requests.HttpContext is not { } context || context.Caller() is not { Kind: CallerKind.Staff or CallerKind.Machine } caller || caller.Subject == subject)
            return ValueTask.CompletedTask;
        return NoteAsync(context, caller, subject, cancellationToken);
    }

    private async ValueTask NoteAsync(HttpContext context, Caller caller, string subject, CancellationToken cancellationToken)
    {
        var noted = context.Items[Noted] as HashSet<string>;
        lock (_lock)
        {
            if (noted is null)
                context.Items[Noted] = noted = context.Items[Noted] as HashSet<string> ?? [];
            if (noted.Contains(subject))
                return;
        }

        var (kind, action, purpose) = (caller.Kind == CallerKind.Staff ? "staff" : "machine", ActionOf(context), AccessPurpose.Read(context.Request));
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await journal.CommitAsync(
            new Change
            {
                Answer = new StoredAnswer(StatusCodes.Status204NoContent),
                Statements =
                [
                    new NpgsqlBatchCommand(Insert)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid }, Text(subject),
                            new NpgsqlParameter<DateTimeOffset> { TypedValue = now, NpgsqlDbType = NpgsqlDbType.TimestampTz }, Text(kind), Text(caller.Subject), Text(action), Text(purpose),
                        },
                    },
                ],
                Events = [new JournalEvent { Id = id, Topic = PersonalTopics.Access, Type = PersonalTopics.Looked, Subject = subject, Data = Describe(kind, caller.Subject, action, purpose) }],
            },
            cancellationToken);
        lock (_lock)
            noted.Add(subject);
    }

    /// <summary>What is done, as policies name it, else the endpoint's method and pattern; never the path itself, which may name persons.</summary>
    private static string ActionOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>()?.Action ?? $"{context.Request.Method} {(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown"}";

    private static string Describe(string kind, string by, string action, string purpose)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("by_kind"u8, kind);
            json.WriteString("by"u8, by);
            json.WriteString("action"u8, action);
            json.WriteString("purpose"u8, purpose);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
