using Npgsql;

namespace Banyan.Journal;

/// <summary>How far each named follower has come; stored in the same transaction as what the follower did, so that it is done exactly once.</summary>
public interface IJournalCursors
{
    /// <summary>The last position that the follower handled; 0 where it has handled none.</summary>
    Task<long> LoadAsync(string follower, CancellationToken cancellationToken);

    /// <summary>Stores the position, in the transaction of the follower's own work. A lower position than the stored one changes nothing.</summary>
    Task SaveAsync(NpgsqlTransaction transaction, string follower, long position, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the cursor from one position to the next, in the transaction of the follower's own work; false where it is
    /// not at <paramref name="from"/>, because another process with the same follower did the work. Then roll back.
    /// Called first in the transaction, it makes two such processes take turns.
    /// </summary>
    Task<bool> TryAdvanceAsync(NpgsqlTransaction transaction, string follower, long from, long to, CancellationToken cancellationToken);
}
