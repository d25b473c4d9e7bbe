using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Elsewhere;

/// <summary>The table <c>personal.elsewhere</c>. Thread-safe.</summary>
internal sealed class ElsewhereRows(NpgsqlDataSource database)
{
    private const string Insert = "INSERT INTO personal.elsewhere (request, partition, receipt, answered_at) VALUES ($1, $2, $3, $4)";
    private const string Answer = "UPDATE personal.elsewhere SET receipt = $3, answered_at = $4 WHERE request = $1 AND partition = $2 AND answered_at IS NULL";
    private const string SelectOpen = "SELECT request, partition FROM personal.elsewhere WHERE answered_at IS NULL ORDER BY request LIMIT $1";
    private const string SelectReceipts = "SELECT partition, receipt FROM personal.elsewhere WHERE request = $1 AND receipt IS NOT NULL ORDER BY partition";
    private const string SelectAsked = """
        SELECT subject, due_at FROM personal.request r WHERE r.id = $1 AND r.kind = 'deletion' AND EXISTS (SELECT FROM personal.elsewhere e WHERE e.request = r.id AND e.partition <> $2)
        """;
    private const string SelectHere = "SELECT r.state, e.receipt FROM personal.request r JOIN personal.elsewhere e ON e.request = r.id AND e.partition = $2 WHERE r.id = $1";

    /// <summary>A partition that a deletion has to reach; or ours, with its receipt, where it was asked for elsewhere.</summary>
    public static async Task InsertAsync(NpgsqlTransaction transaction, Guid request, string partition, Guid? receipt, DateTimeOffset? answeredAt, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction) { Parameters = { Uuid(request), Text(partition), Uuid(receipt), Time(answeredAt) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The partition has done it; false where that was known.</summary>
    public static async Task<bool> AnswerAsync(NpgsqlTransaction transaction, Guid request, string partition, Guid receipt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Answer, transaction.Connection, transaction) { Parameters = { Uuid(request), Text(partition), Uuid(receipt), Time(now) } };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>What has not been answered yet, the oldest first.</summary>
    public async Task<IReadOnlyList<(Guid Request, string Partition)>> ListOpenAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectOpen);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var open = new List<(Guid, string)>();
        while (await reader.ReadAsync(cancellationToken))
            open.Add((reader.GetGuid(0), reader.GetString(1)));
        return open;
    }

    /// <summary>Each partition's receipt of a deletion.</summary>
    public static async Task<IReadOnlyList<(string Partition, Guid Receipt)>> ListReceiptsAsync(NpgsqlTransaction transaction, Guid request, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectReceipts, transaction.Connection, transaction) { Parameters = { Uuid(request) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var receipts = new List<(string, Guid)>();
        while (await reader.ReadAsync(cancellationToken))
            receipts.Add((reader.GetString(0), reader.GetGuid(1)));
        return receipts;
    }

    /// <summary>Whom a deletion is about that was asked for here and has to reach others; null where there is none of this id.</summary>
    public async Task<(string Subject, DateTimeOffset DueAt)?> FindAskedAsync(Guid request, string own, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectAsked);
        command.Parameters.AddRange(new NpgsqlParameter[] { Uuid(request), Text(own) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    /// <summary>How far a deletion has come here that was asked for elsewhere; null where it was not begun.</summary>
    public async Task<(string State, Guid Receipt)?> FindHereAsync(Guid request, string own, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectHere);
        command.Parameters.AddRange(new NpgsqlParameter[] { Uuid(request), Text(own) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetGuid(1)) : null;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Uuid(Guid? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter Time(DateTimeOffset? value) => new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
