using Npgsql;

namespace Banyan.Journal;

/// <summary>
/// This process may not write to the partition (any more): its lease does not hold, or the journal has passed its epoch.
/// Nothing is acknowledged; whether the change was made is not known. Repeating it with the same idempotency key, where the
/// partition is served now, is always right.
/// </summary>
public sealed class FencedException : Exception
{
    /// <summary>SQLSTATE by which the database refuses a transaction of an epoch that the journal has passed.</summary>
    public const string SqlState = "BN001";

    /// <summary>Makes the exception.</summary>
    public FencedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether this is the database's refusal of an old epoch.</summary>
    public static bool IsRefusal(Exception error) => error is PostgresException { SqlState: SqlState };

    internal static void ThrowIfNot(IWriteFence fence)
    {
        if (!fence.Holds)
            throw new FencedException("The partition's lease does not hold here: the change is not acknowledged.");
    }

    internal static FencedException Of(Exception refusal) => new($"{refusal.Message}: the partition's primary has moved.", refusal);
}
