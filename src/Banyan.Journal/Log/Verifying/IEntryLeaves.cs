namespace Banyan.Journal.Log.Verifying;

/// <summary>The leaves that a journal's rows make now: what the log says is compared with them. Thread-safe.</summary>
public interface IEntryLeaves
{
    /// <summary>The leaves of entries that are kept, in their order; those that retention dropped are not among them.</summary>
    /// <param name="first">Index of the first, from 0.</param>
    /// <param name="count">How many there can be at most.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    ValueTask<IReadOnlyList<RowLeaf>> ReadAsync(long first, int count, CancellationToken cancellationToken);
}

/// <summary>What a row makes.</summary>
/// <param name="Index">The entry's, from 0.</param>
/// <param name="Leaf">Its leaf; null where the row makes none.</param>
/// <param name="Problem">Why it makes none.</param>
public readonly record struct RowLeaf(long Index, byte[]? Leaf, string? Problem = null)
{
    /// <summary>Whether something of it was erased: then its leaf is made of what was kept of it, and what may be left of the row can't be checked.</summary>
    public bool IsErased { get; init; }
}
