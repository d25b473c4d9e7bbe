using Npgsql;

namespace Banyan.Journal;

/// <summary>How far each named follower has come; stored in the same transaction as what the follower did, so that it is done exactly once.</summary>
public interface IJournalCursors
{
    /// <summary>The last position that the follower handled; 0 where it has handled none.</summary>
    Task<long> LoadAsync(string follower, CancellationToken cancellationToken);

    /// <summary>Stores the position, in the transaction of the follower's own work.</summary>
    Task SaveAsync(NpgsqlTransaction transaction, string follower, long position, CancellationToken cancellationToken);
}
