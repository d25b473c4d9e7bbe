using Banyan.Cells.Personal.Vault;
using Banyan.Cells.Residency;
using Banyan.Journal.Log.Leaves;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Rights;

/// <summary>Deletes a person's rows of every stated table, shreds its key and erases it from the journal, in the caller's transaction.</summary>
internal sealed class PersonDeletion(DataCatalog catalog)
{
    /// <summary>What says that a person was deleted stays: a copy that is brought back needs it, and it is the proof.</summary>
    private static readonly string[] Kept = [PersonalTopics.Deleted, PersonalTopics.DeletedEverywhere, PersonalTopics.KeyShredded];

    private readonly string[] _topics = [.. catalog.Topics.Where(static t => t.Value == ResidencyClass.Personal).Select(static t => t.Key)];

    /// <summary>Returns how many rows went, by table; tables without any are left out.</summary>
    public async Task<IReadOnlyList<(string Table, int Rows)>> DeleteAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        var deleted = new List<(string, int)>();
        foreach (var (_, table) in catalog.Tables)
        {
            if (table.Rows is not { Where: { } where, Kept: null })
                continue;
            // As in exports: constants of services' code.
            await using var command = new NpgsqlCommand($"DELETE FROM {table.Name} AS t WHERE {where}", transaction.Connection, transaction)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = subject, NpgsqlDbType = NpgsqlDbType.Text } },
            };
            if (await command.ExecuteNonQueryAsync(cancellationToken) is var rows and > 0)
                deleted.Add((table.Name, rows));
        }

        await KeyRows.ShredAsync(transaction, subject, cancellationToken);
        await EntryErasure.EraseAsync(transaction, subject, _topics, Kept, cancellationToken);
        return deleted;
    }
}
