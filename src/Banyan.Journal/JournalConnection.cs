using Npgsql;

namespace Banyan.Journal;

/// <summary>Connection settings that the journal's hot path relies on for its speed; none is needed for it to be right.</summary>
public static class JournalConnection
{
    /// <summary>How many statements stay prepared on each connection, the services' own among them.</summary>
    public const int PreparedStatements = 64;

    /// <summary>
    /// Keeps the few statements of the hot path prepared. Settings that are given already stay as they are.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Tune(NpgsqlConnectionStringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.MaxAutoPrepare == 0)
        {
            builder.MaxAutoPrepare = PreparedStatements;
            builder.AutoPrepareMinUsages = 2;
        }

        return builder;
    }
}
