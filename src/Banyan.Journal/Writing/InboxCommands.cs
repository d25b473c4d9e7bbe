using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Writing;

/// <summary>The statements that write events to the inbox: two texts only, so that both stay prepared.</summary>
internal static class InboxCommands
{
    private const string Columns = "INSERT INTO journal.inbox (id, topic, type, subject, content_type, data, trace_parent, actor) ";
    // The epoch is asserted by the insert itself: a statement of its own would cost every change more than the look does.
    private const string InsertOne = Columns + "SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE journal.assert_epoch($9)";

    // The identity column is drawn row by row, in the arrays' order: entries of one change keep their order.
    private const string InsertMany = Columns + "SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WHERE (SELECT journal.assert_epoch($9))";
    private const string AssertEpoch = "SELECT journal.assert_epoch($1)";

    /// <summary>Makes the statement that writes events, which <see cref="EventRules"/> has checked; refused where the journal has passed the epoch. Who made those that name nobody is <paramref name="process"/>.</summary>
    public static NpgsqlBatchCommand Create(IReadOnlyList<JournalEvent> events, string process, int epoch) => events.Count == 1 ? CreateOne(events[0], process, epoch) : CreateMany(events, process, epoch);

    /// <summary>Makes the statement that fails where the journal has passed the epoch, for a transaction without events.</summary>
    public static NpgsqlBatchCommand CreateAssertion(int epoch) => new(AssertEpoch) { Parameters = { Epoch(epoch) } };

    public static NpgsqlParameter<int> Epoch(int epoch) => new() { TypedValue = epoch, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlBatchCommand CreateOne(JournalEvent one, string process, int epoch) => new(InsertOne)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = one.Id, NpgsqlDbType = NpgsqlDbType.Uuid },
            Text(one.Topic), Text(one.Type), Text(one.Subject), Text(one.ContentType), Text(one.Data), Text(one.TraceParent), Text(one.Actor ?? process), Epoch(epoch),
        },
    };

    private static NpgsqlBatchCommand CreateMany(IReadOnlyList<JournalEvent> events, string process, int epoch) => new(InsertMany)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(static e => e.Id)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            Texts(events, static e => e.Topic), Texts(events, static e => e.Type), Texts(events, static e => e.Subject),
            Texts(events, static e => e.ContentType), Texts(events, static e => e.Data), Texts(events, static e => e.TraceParent),
            Texts(events, e => e.Actor ?? process), Epoch(epoch),
        },
    };

    public static NpgsqlParameter Text(string? value) => new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter<string?[]> Texts(IReadOnlyList<JournalEvent> events, Func<JournalEvent, string?> select) =>
        new() { TypedValue = [.. events.Select(select)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
