using System.Globalization;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Verifying;

/// <summary>The tree, from its leaves up and from its root down.</summary>
public sealed partial class LogVerifier
{
    private MerkleHash[] _own = []; // [n]: the root of full tile n of level 0, by its own hashes
    private MerkleHash[] _entriesRoot = []; // [n]: the same by its bundle's entries; default where the bundle can't be read
    private MerkleHash[]? _edgeEntries; // hashes of the last, partial bundle's entries
    private long _bad;

    private async Task VerifyTreeAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var size = checkpoint.Size;
        if (size == 0)
        {
            if (checkpoint.Root != MerkleHasher.EmptyRoot)
                Tell("checkpoint", null, "the checkpoint is of an empty log, and its root is not an empty tree's");
            return;
        }

        var upper = new UpperTiles(size);
        foreach (var id in TileId.Of(size).Where(static t => t.Level > 0))
        {
            var (hashes, problem) = await TileReads.TileAsync(source, id, cancellationToken);
            if (problem is not null)
                Tell(id.Path, FirstEntry(id), $"{id} {problem}; it is above entries {Range(id, size)}");
            upper[id.Level, id.Index] = hashes;
        }

        var full = size / TileId.FullWidth;
        (_own, _entriesRoot) = (new MerkleHash[full], new MerkleHash[full]);
        var tiles = full + (size % TileId.FullWidth > 0 ? 1 : 0);
        await Parallel.ForAsync(0L, tiles, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, (n, cancel) => ReadAsync(n, upper, cancel));
        var edgesHold = await JudgeEdgesAsync(checkpoint, upper, cancellationToken);
        JudgeUpper(upper, edgesHold);
        for (var n = 0L; n < full; n++)
        {
            var parent = upper[1, n / TileId.FullWidth]?[(int)(n % TileId.FullWidth)];
            if (_own[n] != parent || _entriesRoot[n] != parent)
                await JudgeAsync(new TileId(0, n, TileId.FullWidth), parent, edgesHold, cancellationToken);
        }
    }

    /// <summary>Reads a tile of level 0 with its bundle and rows. What does not agree is only noted: which of them is right is seen from above.</summary>
    private async ValueTask ReadAsync(long n, UpperTiles upper, CancellationToken cancellationToken)
    {
        var id = new TileId(0, n, TileId.WidthIn(0, n, upper.Size));
        var (hashes, problem) = await TileReads.TileAsync(source, id, cancellationToken);
        if (problem is not null)
            Tell(id.Path, FirstEntry(id), $"{id} {problem}; it has the hashes of entries {Range(id, upper.Size)}");
        var (bundle, bundleProblem) = await TileReads.BytesAsync(source, id with { Level = TileId.Entries }, cancellationToken);
        var leaves = bundle is null ? null : HashBundle(id, bundle, hashes);
        if (bundle is null)
            Tell((id with { Level = TileId.Entries }).Path, FirstEntry(id), $"{id with { Level = TileId.Entries }} {bundleProblem}; it has entries {Range(id, upper.Size)}");
        if (id.IsFull)
        {
            _own[n] = hashes is null ? default : TileTree.PerfectRoot(hashes);
            _entriesRoot[n] = leaves is null ? default : ReferenceEquals(leaves, hashes) ? _own[n] : TileTree.PerfectRoot(leaves);
        }
        else
        {
            lock (upper)
                (upper[0, n], _edgeEntries) = (hashes, leaves);
        }

        Interlocked.Add(ref _entries, id.Width);
        if (rows is not null && bundle is not null)
            await CompareRowsAsync(id, bundle, hashes, cancellationToken);
    }

    /// <summary>The hashes of a bundle's entries: the tile's own array where they are the same. Null where it is no bundle.</summary>
    private MerkleHash[]? HashBundle(TileId id, byte[] bundle, MerkleHash[]? tile)
    {
        Span<MerkleHash> hashes = stackalloc MerkleHash[TileId.FullWidth];
        var problem = TileReads.Hash(bundle, id.Width, hashes, out var count);
        if (problem is not null)
        {
            var place = id with { Level = TileId.Entries };
            var entry = FirstEntry(id) + Math.Min(count, id.Width - 1);
            Tell(place.Path, entry, string.Create(CultureInfo.InvariantCulture, $"{place} {problem}: entry {entry + 1}"));
            return null;
        }

        return tile is not null && hashes[..id.Width].SequenceEqual(tile) ? tile : hashes[..id.Width].ToArray();
    }

    /// <summary>Whether the partial tiles at the right edge lead to the checkpoint's root, the only thing that is signed. Where one of them does not, the others and what is below tell which.</summary>
    private async ValueTask<bool> JudgeEdgesAsync(Checkpoint checkpoint, UpperTiles upper, CancellationToken cancellationToken)
    {
        var holds = upper.Root() == checkpoint.Root;
        for (var level = 0; !holds && level <= upper.Top; level++)
        {
            if (upper.Edge(level) is not { } edge || Below(level, edge, upper) is not { } below || upper.Root(level, below) != checkpoint.Root)
                continue;
            if (upper[level, edge.Index] is { } stored && TileReads.FirstDifference(stored, below) is >= 0 and var at)
                Tell(edge.Path, FirstEntry(edge) + (at * edge.LeavesBelow), $"{edge}: its {(level == 0 ? "hash of entry" : "hash over entries from")} {Entry(edge, at)} was altered; what is below it leads to the checkpoint");
            (upper[level, edge.Index], holds) = (below, true);
        }

        if (!holds && upper.Edge(0) is { } last && await RowHashesAsync(last, cancellationToken) is { } rowHashes && upper.Root(0, rowHashes) == checkpoint.Root)
        {
            if (upper[0, last.Index] is { } stored && Math.Max(0, TileReads.FirstDifference(stored, rowHashes)) is var at)
                Tell(last.Path, FirstEntry(last) + at, $"entry {Entry(last, at)} was altered in {last} and in its bundle; the journal's row leads to the checkpoint");
            _proven.Add(last);
            (upper[0, last.Index], _edgeEntries, holds) = (rowHashes, rowHashes, true);
        }

        // Where tiles that lead to it are missing, that was told.
        if (!holds && upper.Root() is not null)
            Tell("checkpoint", null, string.Create(CultureInfo.InvariantCulture, $"the checkpoint's root is not that of the tiles: the checkpoint is of another tree of {checkpoint.Size} entries, or several tiles were altered"));

        JudgeEdgeEntries(upper, holds);
        return holds;
    }

    private void JudgeEdgeEntries(UpperTiles upper, bool holds)
    {
        if (upper.Edge(0) is not { } edge || upper[0, edge.Index] is not { } tile)
            return;
        if (_edgeEntries is null)
        {
            Interlocked.Add(ref _bad, edge.Width);
            return;
        }

        if (TileReads.FirstDifference(tile, _edgeEntries) is not (>= 0 and var at))
            return;
        Interlocked.Add(ref _bad, 1);
        TellEntry(edge, at, holds);
    }

    /// <summary>Full tiles above level 0, from the top down: each against its hash in the one above it.</summary>
    private void JudgeUpper(UpperTiles upper, bool edgesHold)
    {
        for (var level = upper.Top - 1; level >= 1; level--)
        {
            for (var n = 0L; TileId.WidthIn(level, n, upper.Size) == TileId.FullWidth; n++)
            {
                var id = new TileId(level, n, TileId.FullWidth);
                var parent = upper[level + 1, n / TileId.FullWidth]?[(int)(n % TileId.FullWidth)];
                var stored = upper[level, n];
                if (stored is not null && TileTree.PerfectRoot(stored) == parent)
                    continue;
                var below = Below(level, id, upper);
                if (below is not null && TileTree.PerfectRoot(below) == parent)
                {
                    if (stored is not null && TileReads.FirstDifference(stored, below) is >= 0 and var at)
                        Tell(id.Path, FirstEntry(id) + (at * id.LeavesBelow), $"{id}: its hash over entries from {Entry(id, at)} was altered; what is below it leads to the tile above");
                    upper[level, n] = below;
                }
                else if (stored is not null && parent is not null)
                {
                    Tell(id.Path, FirstEntry(id), $"{id} is not what the tile above it commits to{(edgesHold ? "" : ", which may itself be altered")}; entries {Range(id, upper.Size)}");
                }
            }
        }
    }

    /// <summary>A tile's hashes by the roots of the tiles below it, or by the entries; null where one is missing.</summary>
    private MerkleHash[]? Below(int level, TileId id, UpperTiles upper)
    {
        if (level == 0)
            return _edgeEntries;
        var hashes = new MerkleHash[id.Width];
        for (var i = 0; i < hashes.Length; i++)
        {
            var child = (id.Index * TileId.FullWidth) + i;
            if (level == 1)
                hashes[i] = _own[child] == default ? _entriesRoot[child] : _own[child];
            else if (upper[level - 1, child] is { } tile)
                hashes[i] = TileTree.PerfectRoot(tile);
            else
                return null;
        }

        return hashes;
    }
}
