using Banyan.Journal.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Leaves;

/// <summary>
/// Erases a person from the journal. Of entries about the person nothing stays but when and where they were, what kind of
/// change it was, and the commitment of their leaf: the log stays what it was, and every proof of it holds. Thread-safe.
/// </summary>
public sealed class EntryErasure
{
    private readonly LiveWindow _window;

    internal EntryErasure(LiveWindow window) => _window = window;

    /// <summary>
    /// Erases, in the caller's transaction; returns how many entries were touched. Actor, subject, data, trace and salt of entries about
    /// the person are gone when it commits; of entries of other topics that the person made, actor, trace and salt. Call
    /// <see cref="Forget"/> after the commit.
    /// </summary>
    /// <param name="transaction">MUST be the last of its work but for its own entries: entries of the person get no positions until it ends.</param>
    /// <param name="person">The person's subject, as it stands in entries.</param>
    /// <param name="topics">The topics whose entries are about the person that is their subject.</param>
    /// <param name="keep">Types of entries that stay as they are: those that say that a person was deleted.</param>
    /// <param name="cancellationToken">Cancels it; roll the transaction back then.</param>
    public static async Task<long> EraseAsync(NpgsqlTransaction transaction, string person, IReadOnlyCollection<string> topics, IReadOnlyCollection<string> keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentException.ThrowIfNullOrEmpty(person);
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(keep);
        await using var command = new NpgsqlCommand("SELECT journal.erase($1, $2, $3)", transaction.Connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = person, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string[]> { TypedValue = [.. topics], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<string[]> { TypedValue = [.. keep], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Lets go of the person's entries in memory; followers that are behind read them from the database, erased.</summary>
    public void Forget(string person) => _window.Forget(e => e.Subject == person || e.Actor == person);
}
