namespace Banyan.Journal.Log.Verifying;

/// <summary>The leaves that a journal's rows make now: what the log says is compared with them. Thread-safe.</summary>
public interface IEntryLeaves
{
    /// <summary>The leaves of entries that are kept, in their order; those that retention dropped are not among them.</summary>
    /// <param name="first">Index of the first, from 0.</param>
    /// <param name="count">How many there can be at most.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    ValueTask<IReadOnlyList<RowLeaf>> ReadAsync(long first, int count, CancellationToken cancellationToken);

    /// <summary>Which rows there have to be.</summary>
    ValueTask<RowBounds> BoundsAsync(CancellationToken cancellationToken);
}

/// <summary>Which rows a journal has to have. Immutable.</summary>
/// <param name="First">Index of the oldest that is there, from 0; that of the next to come where none is.</param>
/// <param name="Head">How many positions were given.</param>
/// <param name="Tree">How many entries the log's tree has, by the database.</param>
/// <param name="Stray">The position of a row that has one which nobody gave; null: there is none.</param>
/// <param name="KeptSince">What was recorded later than this was not dropped by retention.</param>
public readonly record struct RowBounds(long First, long Head, long Tree, long? Stray, DateTimeOffset KeptSince);

/// <summary>What a row makes.</summary>
/// <param name="Index">The entry's, from 0.</param>
/// <param name="Leaf">Its leaf; null where the row makes none.</param>
/// <param name="Problem">Why it makes none.</param>
public readonly record struct RowLeaf(long Index, byte[]? Leaf, string? Problem = null)
{
    /// <summary>Whether something of it was erased: then its leaf is made of what was kept of it, and what may be left of the row can't be checked.</summary>
    public bool IsErased { get; init; }

    /// <summary>Whether it was erased in part: data of somebody else's that is left, and that nothing proves any more.</summary>
    public bool IsUnproven { get; init; }
}
