using System.Text;
using Banyan.Cells.Residency;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Rights;

/// <summary>Corrects a value that a service lets persons correct, in the caller's transaction.</summary>
internal sealed class PersonCorrection(DataCatalog catalog, IKeyVault vault)
{
    /// <summary>The names of what can be corrected.</summary>
    public IReadOnlyList<string> Names { get; } = [.. catalog.Tables.SelectMany(static t => t.Table.Rows?.Correctable ?? []).Select(static c => c.Name).Order(StringComparer.Ordinal)];

    /// <summary>What <paramref name="name"/> is; null where nothing can be corrected by that name.</summary>
    public (TableData Table, CorrectableColumn Column)? Find(string name)
    {
        foreach (var (_, table) in catalog.Tables)
        {
            if (table.Rows?.Correctable.FirstOrDefault(c => c.Name == name) is { } column)
                return (table, column);
        }

        return null;
    }

    /// <summary>Returns how many rows it changed.</summary>
    public async Task<int> CorrectAsync(NpgsqlTransaction transaction, string subject, TableData table, CorrectableColumn column, string value, CancellationToken cancellationToken)
    {
        var rows = table.Rows!;
        var parameter = rows.Sealed.FirstOrDefault(s => s.Column == column.Column) is { } sealedColumn
            ? (NpgsqlParameter)new NpgsqlParameter<byte[]> { TypedValue = await vault.ProtectAsync(subject, sealedColumn.Field, Encoding.UTF8.GetBytes(value), cancellationToken), NpgsqlDbType = NpgsqlDbType.Bytea }
            : new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
        await using var command = new NpgsqlCommand($"UPDATE {table.Name} AS t SET {column.Column} = $2 WHERE {rows.Where}", transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = subject, NpgsqlDbType = NpgsqlDbType.Text }, parameter },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
