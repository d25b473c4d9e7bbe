using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal.Following;

/// <summary>What a <see cref="JournalFollower"/> needs; from the container.</summary>
/// <param name="Journal">The journal that it follows.</param>
/// <param name="Cursors">Where it keeps how far it came.</param>
/// <param name="Source">The partition's primary: its own work and the cursor are stored there, in one transaction.</param>
/// <param name="Time">For pauses after failures.</param>
/// <param name="Loggers">For what goes wrong.</param>
public sealed record JournalFollowing(IJournal Journal, IJournalCursors Cursors, NpgsqlDataSource Source, TimeProvider Time, ILoggerFactory Loggers);
