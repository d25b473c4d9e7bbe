using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// The newest blocks that were read, each the parent of the next: so the newest proves that those before it were of the chain when it was. Not thread-safe.
/// </summary>
/// <param name="most">How many are kept.</param>
internal sealed class BlockLine(int most)
{
    private readonly Queue<Link> _links = new();
    private Link? _tip;

    /// <summary>Adds the next block. One that is no child of the newest begins a new line: nothing is known of those before it any more.</summary>
    public void Add(EvmBlock block)
    {
        if (_tip is not { } tip || tip.Number + 1 != block.Number || tip.Hash != block.ParentHash)
            _links.Clear();
        _tip = new(block.Number, block.Hash, block.Transactions.Count);
        _links.Enqueue(_tip);
        if (_links.Count > most)
            _links.Dequeue();
    }

    /// <summary>The block of a sighting, where it is of the line and has its confirmations, itself counted; else null.</summary>
    public Link? Confirmed(Sighting seen, int confirmations) =>
        _tip is { } tip && tip.Number + 1 >= seen.Number + (ulong)confirmations ? _links.FirstOrDefault(l => l.Number == seen.Number && l.Hash == seen.Block) : null;

    /// <summary>A block of the line. Immutable.</summary>
    /// <param name="Number">Its height.</param>
    /// <param name="Hash">Its hash.</param>
    /// <param name="Transactions">How many transactions are in it.</param>
    internal sealed record Link(ulong Number, EvmHash Hash, int Transactions);
}
