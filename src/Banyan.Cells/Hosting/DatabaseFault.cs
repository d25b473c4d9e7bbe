using System.Net.Sockets;
using Npgsql;

namespace Banyan.Cells.Hosting;

/// <summary>What a database error means to a caller. The one place where it is decided.</summary>
internal static class DatabaseFault
{
    /// <summary>True where the database is away, is no longer the primary, or has no room on its disk: a later try can succeed.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException e => e.SqlState.StartsWith("08", StringComparison.Ordinal)
            || e.SqlState.StartsWith("57P", StringComparison.Ordinal) // shut down, crashed, or starting
            || e.SqlState is PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction
            || e.SqlState == PostgresErrorCodes.DiskFull, // nothing was changed; there is room again, or its standby takes over
        NpgsqlException e => e.IsTransient || e.InnerException is IOException or SocketException or TimeoutException,
        _ => false,
    };

    /// <summary>True where two changes met (serialization failure, deadlock, lock not had in time): the same request can succeed at once.</summary>
    public static bool IsConflict(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable };
}
