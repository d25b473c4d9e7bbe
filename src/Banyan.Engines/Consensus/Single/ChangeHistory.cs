namespace Banyan.Engines.Consensus.Single;

/// <summary>The last changes, for watches. One owner adds; anyone follows.</summary>
/// <param name="revision">Changes up to this one are not known.</param>
/// <param name="limit">The most revisions to keep.</param>
internal sealed class ChangeHistory(long revision, int limit)
{
    private readonly Lock _gate = new();
    private ChangeNode _before = new(revision, []);
    private ChangeNode? _last;
    private int _count;

    /// <summary>Changes up to this revision are not kept any more.</summary>
    public long Compacted
    {
        get
        {
            lock (_gate)
                return _before.Revision;
        }
    }

    /// <summary>Adds the newest; the oldest may go.</summary>
    public void Add(ChangeNode node)
    {
        ChangeNode previous;
        lock (_gate)
        {
            previous = _last ?? _before;
            _last = node;
            _count++;
        }

        previous.Link(node);
        lock (_gate)
        {
            for (; _count > limit; _count--)
                _before = _before.Next.Result; // Linked: it is not the last.
        }
    }

    /// <summary>The last node that is not after a revision: its followers get everything after it.</summary>
    /// <exception cref="ConsensusCompactedException">Something after it is not kept any more.</exception>
    public ChangeNode Find(long after)
    {
        lock (_gate)
        {
            var newest = (_last ?? _before).Revision;
            if (after > newest)
                throw new ConsensusCompactedException($"Revision {after} is not of this store, which is at {newest}: list, and watch from there.");
            var node = _before;
            if (after < node.Revision)
                throw new ConsensusCompactedException($"Changes after revision {after} are kept only from {node.Revision} on: list, and watch from there.");
            while (node.Next is { IsCompletedSuccessfully: true, Result: var next } && next.Revision <= after)
                node = next;
            return node;
        }
    }
}
