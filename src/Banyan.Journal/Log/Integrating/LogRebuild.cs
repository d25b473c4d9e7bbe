using System.Globalization;
using System.Runtime.CompilerServices;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Makes a log's tree again from what it is a tree of: the journal's rows, and for entries that retention has dropped their
/// leaves in the bundles, here or in the object store. Looks first whether that leads to all that is known of the log. One owner.
/// </summary>
internal sealed class LogRebuild(LogParts parts, LogOptions options)
{
    private const int BatchSize = 1_000;

    private long _size;

    /// <summary>Why the tree can't be made so, in a sentence; null where it can.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database can't be read.</exception>
    public async Task<string?> FindFaultAsync(IReadOnlyList<KnownCheckpoint> known, CancellationToken cancellationToken)
    {
        _size = await parts.Journal.GetHeadAsync(cancellationToken);
        if (known.MaxBy(static k => k.Published.Checkpoint.Size) is { } largest && largest.Published.Checkpoint.Size > _size)
            return string.Create(CultureInfo.InvariantCulture, $"The checkpoint {largest.Where} has {largest.Published.Checkpoint.Size} entries, and the journal here has {_size}.");
        var range = new CompactRange();
        try
        {
            await foreach (var leaves in LeavesAsync(parts.Tiles.ReadAsync, cancellationToken))
            {
                foreach (var leaf in leaves)
                {
                    range.Append(MerkleHasher.HashLeaf(leaf));
                    foreach (var one in known)
                    {
                        if (one.Published.Checkpoint.Size == range.Size && one.Published.Checkpoint.Root != range.Root)
                            return string.Create(CultureInfo.InvariantCulture, $"The first {range.Size} entries of the journal here are not those of the checkpoint {one.Where}.");
                    }
                }
            }
        }
        catch (LogHaltedException e)
        {
            return e.Message;
        }

        return null;
    }

    /// <summary>Makes it, after <see cref="FindFaultAsync"/> found no fault; returns how many entries it has. Where it ends half-way, the log is halted as before, and this can be done again.</summary>
    public async Task<long> DoAsync(string why, CancellationToken cancellationToken)
    {
        var (generation, signsFrom) = await parts.Store.FindGenerationAsync(cancellationToken);
        var aside = new DatabaseTileSource(parts.Tiles, await parts.Store.SetAsideAsync(generation, generation, signsFrom, why, cancellationToken));
        var tree = TreeBuilder.Empty();
        await foreach (var leaves in LeavesAsync(aside.ReadAsync, cancellationToken))
            await parts.Store.GrowAsync(tree.Append(leaves), cancellationToken);
        return tree.Size;
    }

    private async IAsyncEnumerable<byte[][]> LeavesAsync(Func<TileId, CancellationToken, ValueTask<byte[]?>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var dropped = Math.Min(_size, await parts.Journal.GetTailAsync(cancellationToken) - 1);
        for (var first = 0L; first < dropped; first += TileId.FullWidth)
            yield return await BundleAsync(new TileId(TileId.Entries, first / TileId.FullWidth, (int)Math.Min(TileId.FullWidth, dropped - first)), read, cancellationToken);
        for (var next = dropped; next < _size;)
        {
            var entries = await parts.Journal.ReadAsync(next, (int)Math.Min(BatchSize, _size - next), null, cancellationToken);
            if (entries.Count == 0 || EntryLeaf.IndexOf(entries[0].Position) != next || EntryLeaf.IndexOf(entries[^1].Position) != next + entries.Count - 1)
                throw new LogHaltedException(string.Create(CultureInfo.InvariantCulture, $"Entries are missing in the journal after {next}."));
            yield return [.. entries.Select(Leaf)];
            next += entries.Count;
        }
    }

    private static byte[] Leaf(JournalEntry entry)
    {
        try
        {
            return EntryLeaf.Of(entry);
        }
        catch (InvalidOperationException e)
        {
            throw new LogHaltedException(e.Message);
        }
    }

    private async Task<byte[][]> BundleAsync(TileId id, Func<TileId, CancellationToken, ValueTask<byte[]?>> read, CancellationToken cancellationToken)
    {
        byte[]? bundle = null;
        try
        {
            bundle = await read(id, cancellationToken);
        }
        catch (TileDamagedException)
        {
            // The object store may have it.
        }

        if (bundle is null && options.Objects is not null)
            bundle = await options.Objects.GetAsync(options.ObjectPrefix + id.Full.Path, cancellationToken);
        return Take(bundle, id.Width) ?? throw new LogHaltedException(string.Create(CultureInfo.InvariantCulture, $"{id} is missing or damaged, here and in the object store, and retention has dropped its entries."));
    }

    private static byte[][]? Take(ReadOnlySpan<byte> bundle, int count)
    {
        var leaves = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            if (!EntryBundle.TryTake(ref bundle, out var leaf))
                return null;
            leaves[i] = leaf.ToArray();
        }

        return leaves;
    }
}
