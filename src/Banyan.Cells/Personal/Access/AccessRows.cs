using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Access;

/// <summary>A look at a person's data. Immutable.</summary>
/// <param name="Id">The journal entry's id.</param>
/// <param name="LookedAt">When.</param>
/// <param name="ByKind"><c>staff</c> or <c>machine</c>.</param>
/// <param name="By">Whose subject.</param>
/// <param name="Action">What was done.</param>
/// <param name="Purpose">What for.</param>
internal sealed record AccessRow(Guid Id, DateTimeOffset LookedAt, string ByKind, string By, string Action, string Purpose);

/// <summary>The table <c>personal.access</c>. Thread-safe.</summary>
internal sealed class AccessRows(NpgsqlDataSource database)
{
    private const string Select = "SELECT id, looked_at, by_kind, by, action, purpose FROM personal.access WHERE subject = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";

    /// <summary>Who looked at a person's data, the latest first, before <paramref name="before"/> where given.</summary>
    public async Task<IReadOnlyList<AccessRow>> ListAsync(string subject, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AccessRow>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new AccessRow(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5)));
        return found;
    }
}
