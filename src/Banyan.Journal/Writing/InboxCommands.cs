using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Writing;

/// <summary>The statements that write events to the inbox: two texts only, so that both stay prepared.</summary>
internal static class InboxCommands
{
    private const string Columns = "INSERT INTO journal.inbox (id, topic, type, subject, content_type, data, trace_parent) ";
    private const string InsertOne = Columns + "VALUES ($1, $2, $3, $4, $5, $6, $7)";

    // The identity column is drawn row by row, in the arrays' order: entries of one change keep their order.
    private const string InsertMany = Columns + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)";

    /// <summary>Makes the statement that writes events, which <see cref="EventRules"/> has checked.</summary>
    public static NpgsqlBatchCommand Create(IReadOnlyList<JournalEvent> events) => events.Count == 1 ? CreateOne(events[0]) : CreateMany(events);

    private static NpgsqlBatchCommand CreateOne(JournalEvent one) => new(InsertOne)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = one.Id, NpgsqlDbType = NpgsqlDbType.Uuid },
            Text(one.Topic), Text(one.Type), Text(one.Subject), Text(one.ContentType), Text(one.Data), Text(one.TraceParent),
        },
    };

    private static NpgsqlBatchCommand CreateMany(IReadOnlyList<JournalEvent> events) => new(InsertMany)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(static e => e.Id)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            Texts(events, static e => e.Topic), Texts(events, static e => e.Type), Texts(events, static e => e.Subject),
            Texts(events, static e => e.ContentType), Texts(events, static e => e.Data), Texts(events, static e => e.TraceParent),
        },
    };

    public static NpgsqlParameter Text(string? value) => new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<string?[]> Texts(IReadOnlyList<JournalEvent> events, Func<JournalEvent, string?> select) =>
        new() { TypedValue = [.. events.Select(select)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
