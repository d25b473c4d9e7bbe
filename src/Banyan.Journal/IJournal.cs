using Npgsql;

namespace Banyan.Journal;

/// <summary>
/// The ordered record of every change in one partition. Entries are written in the transaction of the change itself, so
/// there is neither a change without its entry nor an entry without its change. All members are thread-safe.
/// </summary>
/// <remarks>
/// Positions are given after commit, in one place, contiguously: a reader that follows positions MUST NOT miss an entry
/// whose transaction took long. Entries of one transaction keep their order.
/// </remarks>
public interface IJournal
{
    /// <summary>The partition whose journal this is.</summary>
    string Partition { get; }

    /// <summary>Commits a change that is known beforehand, in one round trip. Durable when it returns.</summary>
    /// <exception cref="NpgsqlException">The database refused or is away; whether a retry can help is its <c>IsTransient</c>. With an idempotency key a retry is always safe.</exception>
    Task<ChangeOutcome> CommitAsync(Change change, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a change whose answer depends on what the database says. Where <paramref name="key"/> was used before, the
    /// returned session is already settled: <see cref="ChangeSession.Settled"/> holds the outcome to give.
    /// </summary>
    Task<ChangeSession> BeginAsync(IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>
    /// Adds an event to a transaction that the caller owns and commits; call <see cref="Signal"/> after that commit. Append
    /// after the transaction's own writes: then the journal's order is that in which transactions took turns at a row.
    /// </summary>
    Task AppendAsync(NpgsqlTransaction transaction, JournalEvent journalEvent, CancellationToken cancellationToken);

    /// <summary>Tells the journal that a transaction with entries has been committed, so that they get their positions at once.</summary>
    void Signal();

    /// <summary>The position of the newest entry; 0 where there is none.</summary>
    ValueTask<long> GetHeadAsync(CancellationToken cancellationToken);

    /// <summary>The position of the oldest entry that retention has kept; 1 where nothing was dropped.</summary>
    ValueTask<long> GetTailAsync(CancellationToken cancellationToken);

    /// <summary>Entries with a position greater than <paramref name="after"/>, oldest first, at most <paramref name="limit"/> (1 to 10,000); of <paramref name="topics"/> only, where given.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken);

    /// <summary>
    /// Every entry with a position greater than <paramref name="after"/>, in order, for as long as the caller asks: first
    /// from the database, then live from memory. A follower that can't keep up reads from the database again; it neither
    /// misses entries nor holds others up. With 0 it begins at the oldest entry that is kept.
    /// </summary>
    /// <exception cref="EntriesDroppedException">Retention has dropped entries after <paramref name="after"/> (where that is not 0), at the start or while the follower lagged.</exception>
    /// <exception cref="NpgsqlException">The database is away while entries have to be read from it; follow again from the last position seen.</exception>
    IAsyncEnumerable<JournalEntry> FollowAsync(long after, IReadOnlySet<string>? topics, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="FollowAsync"/>, in pages of what is there: for followers that store how far they came. A page MAY be
    /// empty; it then says how far the journal has been looked through without finding one of <paramref name="topics"/>.
    /// </summary>
    /// <param name="after">Entries with a greater position are given; 0: from the oldest that is kept.</param>
    /// <param name="limit">The most entries of a page, 1 to 10,000.</param>
    /// <param name="topics">The topics to give; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EntriesDroppedException">Retention has dropped entries after <paramref name="after"/> (where that is not 0).</exception>
    IAsyncEnumerable<JournalPage> FollowPagesAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken);

    /// <summary>Finds an entry by its receipt; null where there is none, or not yet.</summary>
    Task<JournalEntry?> FindAsync(Guid id, CancellationToken cancellationToken);
}
