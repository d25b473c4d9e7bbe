using Npgsql;

namespace Banyan.Journal;

/// <summary>Connection settings that the journal's hot path relies on for its speed; none is needed for it to be right.</summary>
public static class JournalConnection
{
    /// <summary>How many statements stay prepared on each connection, the services' own among them.</summary>
    public const int PreparedStatements = 64;

    /// <summary>
    /// Keeps the few statements of the hot path prepared, and gives connections back to the pool without a reset: that
    /// costs five statements each time, a third of what a small change costs altogether (docs/journal.md has the figures).
    /// </summary>
    /// <remarks>
    /// Whoever uses the pool MUST NOT leave anything in a session then: <c>SET LOCAL</c> in place of <c>SET</c>,
    /// <c>pg_advisory_xact_lock</c> in place of <c>pg_advisory_lock</c>, temporary tables with <c>ON COMMIT DROP</c>. Open
    /// transactions are rolled back in any case. Prepared-statement settings that are given already stay as they are.
    /// </remarks>
    public static NpgsqlConnectionStringBuilder Tune(NpgsqlConnectionStringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.NoResetOnClose = true;
        builder.IncludeFailedBatchedCommand = true; // tells which of several changes failed
        if (builder.MaxAutoPrepare == 0)
        {
            builder.MaxAutoPrepare = PreparedStatements;
            builder.AutoPrepareMinUsages = 2;
        }

        return builder;
    }
}
