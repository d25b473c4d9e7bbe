using System.Globalization;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Verifying;

/// <summary>Tiles of level 0, their bundles, and the journal's rows.</summary>
public sealed partial class LogVerifier
{
    /// <summary>A full tile of level 0 or its bundle is not what is committed to: read again, and told which, and from which entry.</summary>
    private async ValueTask JudgeAsync(TileId id, MerkleHash? parent, bool edgesHold, CancellationToken cancellationToken)
    {
        var (own, entries) = (_own[id.Index], _entriesRoot[id.Index]);
        var (tile, _) = await TileReads.TileAsync(source, id, cancellationToken);
        var leaves = await BundleHashesAsync(id, cancellationToken);
        if (leaves is null || tile is null)
        {
            // Told already that it is missing or no bundle; what is left may still be wrong.
            Interlocked.Add(ref _bad, leaves is null ? id.Width : 0);
            if ((leaves is null ? own : entries) != parent && (tile ?? leaves) is not null)
                Tell(id.Path, FirstEntry(id), $"{(tile is null ? id with { Level = TileId.Entries } : id)} is not what the tile above commits to; entries {Range(id)}");
            return;
        }

        var at = TileReads.FirstDifference(tile, leaves);
        if (at >= 0)
            Interlocked.Add(ref _bad, tile.Zip(leaves).Count(static p => p.First != p.Second));
        if (at >= 0 && (own == parent || parent is null))
            TellEntry(id, at, edgesHold && parent is not null);
        else if (at >= 0 && entries == parent)
            Tell(id.Path, FirstEntry(id) + at, $"{id}: its hash of entry {Entry(id, at)} was altered; the entries lead to the checkpoint");
        else
            await JudgeBothAsync(id, tile, leaves, parent, edgesHold, cancellationToken);
    }

    private async ValueTask JudgeBothAsync(TileId id, MerkleHash[] tile, MerkleHash[] leaves, MerkleHash? parent, bool edgesHold, CancellationToken cancellationToken)
    {
        if (await RowHashesAsync(id, cancellationToken) is { } rowHashes && TileTree.PerfectRoot(rowHashes) == parent)
        {
            var at = Math.Max(0, TileReads.FirstDifference(leaves, rowHashes));
            Interlocked.Increment(ref _bad);
            Tell(id.Path, FirstEntry(id) + at, $"entry {Entry(id, at)} was altered in {id with { Level = TileId.Entries }} and in {id}; the journal's row leads to the checkpoint");
            return;
        }

        Interlocked.Add(ref _bad, TileReads.FirstDifference(tile, leaves) < 0 ? id.Width : 0);
        Tell(id.Path, FirstEntry(id), TileReads.FirstDifference(tile, leaves) is >= 0 and var difference
            ? $"{id} and {id with { Level = TileId.Entries }} were both altered: they differ from entry {Entry(id, difference)} on, and neither leads to the checkpoint"
            : edgesHold
                ? $"{id} and {id with { Level = TileId.Entries }} agree with each other and not with the checkpoint: of entries {Range(id)} at least one was altered"
                : $"{id} is not what {new TileId(1, id.Index / TileId.FullWidth, TileId.FullWidth)} has in its place; entries {Range(id)}");
    }

    private void TellEntry(TileId id, int at, bool isCertain)
    {
        var bundle = id with { Level = TileId.Entries };
        Tell(bundle.Path, FirstEntry(id) + at, $"{bundle}: entry {Entry(id, at)} {(isCertain ? "was altered: it is not the one that the checkpoint commits to" : $"does not have its hash in {id}")}");
    }

    private async ValueTask<MerkleHash[]?> BundleHashesAsync(TileId id, CancellationToken cancellationToken)
    {
        if (await source.ReadAsync(id with { Level = TileId.Entries }, cancellationToken) is not { } bundle)
            return null;
        var hashes = new MerkleHash[id.Width];
        return TileReads.Hash(bundle, id.Width, hashes, out _) is null ? hashes : null;
    }

    /// <summary>The hashes by the journal's rows; null where they are not all there.</summary>
    private async ValueTask<MerkleHash[]?> RowHashesAsync(TileId id, CancellationToken cancellationToken)
    {
        if (rows is null)
            return null;
        var found = await rows.ReadAsync(FirstEntry(id), id.Width, cancellationToken);
        return found.Count == id.Width && found.All(static r => r.Leaf is not null) ? [.. found.Select(static r => MerkleHasher.HashLeaf(r.Leaf))] : null;
    }

    private async ValueTask CompareRowsAsync(TileId id, byte[] bundle, CancellationToken cancellationToken)
    {
        var found = await rows!.ReadAsync(FirstEntry(id), id.Width, cancellationToken);
        Interlocked.Add(ref _rows, found.Count);
        Interlocked.Add(ref _erased, found.Count(static r => r.IsErased));
        Compare(id, bundle, found);
    }

    private void Compare(TileId id, ReadOnlySpan<byte> bundle, IReadOnlyList<RowLeaf> found)
    {
        var next = 0;
        for (var i = 0; i < id.Width && EntryBundle.TryTake(ref bundle, out var entry); i++)
        {
            if (next == found.Count || found[next].Index != FirstEntry(id) + i)
            {
                // Retention drops the oldest: a gap after one that is there is none of it.
                if (next > 0)
                    Tell("row", FirstEntry(id) + i, $"entry {Entry(id, i)} is missing in the journal, and entries before it are there");
                continue;
            }

            var row = found[next++];
            if (row.Leaf is null)
                Tell("row", row.Index, $"entry {Entry(id, i)}: its row in the journal makes no leaf: {row.Problem}");
            else if (!entry.SequenceEqual(row.Leaf))
                Tell("row", row.Index, $"entry {Entry(id, i)}: its row in the journal is not what the log has: {Difference(entry, row.Leaf)}");
        }
    }

    /// <summary>Where two leaves part, such as <c>"topic":"…</c>: the member's name is enough.</summary>
    private static string Difference(ReadOnlySpan<byte> logged, ReadOnlySpan<byte> row)
    {
        var at = logged.CommonPrefixLength(row);
        var mark = logged[..at].LastIndexOf(",\""u8);
        var name = mark < 0 ? logged[Math.Min(2, logged.Length)..] : logged[(mark + 2)..];
        var end = name.IndexOf((byte)'"');
        var member = System.Text.Encoding.UTF8.GetString(end < 0 ? name[..Math.Min(name.Length, 20)] : name[..end]);
        return member == "commitment" ? "actor, subject, data or salt was altered" : $"its {member} was altered";
    }

    private static long FirstEntry(TileId id) => id.Index * TileId.FullWidth * id.LeavesBelow;

    private static string Entry(TileId id, int at) => (FirstEntry(id) + (at * id.LeavesBelow) + 1).ToString("N0", CultureInfo.InvariantCulture);

    private static string Range(TileId id, long size = long.MaxValue) =>
        string.Create(CultureInfo.InvariantCulture, $"{FirstEntry(id) + 1:N0} to {Math.Min(size, FirstEntry(id) + (id.Width * id.LeavesBelow)):N0}");
}
