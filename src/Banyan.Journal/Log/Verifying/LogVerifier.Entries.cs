using System.Globalization;
using System.Text.Json;
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
            _proven.Add(id);
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
        if ((await TileReads.BytesAsync(source, id with { Level = TileId.Entries }, cancellationToken)).Bytes is not { } bundle)
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

    private async ValueTask CompareRowsAsync(TileId id, byte[] bundle, MerkleHash[]? tile, CancellationToken cancellationToken)
    {
        var found = await rows!.ReadAsync(FirstEntry(id), id.Width, cancellationToken);
        Interlocked.Add(ref _rows, found.Count);
        Interlocked.Add(ref _erased, found.Count(static r => r.IsErased));
        Interlocked.Add(ref _unproven, found.Count(static r => r.IsUnproven));
        Compare(id, bundle, tile, found);
    }

    private void Compare(TileId id, ReadOnlySpan<byte> bundle, MerkleHash[]? tile, IReadOnlyList<RowLeaf> found)
    {
        var next = 0;
        var all = bundle;
        var dropped = ReadOnlySpan<byte>.Empty; // the last of those that retention may have dropped
        for (var i = 0; i < id.Width && EntryBundle.TryTake(ref bundle, out var entry); i++)
        {
            if (next == found.Count || found[next].Index != FirstEntry(id) + i)
            {
                if (FirstEntry(id) + i < _bounds.First)
                    dropped = entry;
                else if (Interlocked.Increment(ref _gone) <= 10 * MostProblems)
                    _missing.Add(new MissingRow(FirstEntry(id) + i, RecordedAt(entry)));
                continue;
            }

            var row = found[next++];
            if (row.Leaf is null)
                Doubt(row.Index, $"entry {Entry(id, i)}: its row in the journal makes no leaf: {row.Problem}");
            else if (!entry.SequenceEqual(row.Leaf) && (tile is null || MerkleHasher.HashLeaf(row.Leaf) != tile[i])) // with its tile, it is the bundle that is wrong
                Doubt(row.Index, $"entry {Entry(id, i)}: its row in the journal is not what the log has: {Difference(entry, row.Leaf)}");
        }

        // They are in the order of their times, but for what long transactions shift: where the last one is old, all are.
        if (!dropped.IsEmpty && RecordedAt(dropped) >= _bounds.KeptSince)
            NoteYoung(id, all);
    }

    /// <summary>What two leaves differ in, by the members' names.</summary>
    private static string Difference(ReadOnlySpan<byte> logged, ReadOnlySpan<byte> row)
    {
        Dictionary<string, string> was;
        Dictionary<string, string> becomes;
        try
        {
            (was, becomes) = (Members(logged), Members(row));
        }
        catch (JsonException)
        {
            return "it is no leaf";
        }

        var names = was.Where(m => becomes.GetValueOrDefault(m.Key) != m.Value).Select(static m => m.Key).ToList();
        if (names.Contains("id") && names.Contains("commitment"))
            return "it is another entry's";
        return $"{string.Join(", ", names.Select(static n => n == "commitment" ? "actor, subject, data or salt" : $"its {n}"))} was altered";
    }

    private static Dictionary<string, string> Members(ReadOnlySpan<byte> leaf)
    {
        var json = new Utf8JsonReader(leaf);
        using var document = JsonDocument.ParseValue(ref json);
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.EnumerateObject().ToDictionary(static m => m.Name, static m => m.Value.GetRawText(), StringComparer.Ordinal) : throw new JsonException();
    }

    private static long FirstEntry(TileId id) => id.Index * TileId.FullWidth * id.LeavesBelow;

    private static string Entry(TileId id, int at) => (FirstEntry(id) + (at * id.LeavesBelow) + 1).ToString("N0", CultureInfo.InvariantCulture);

    private static string Range(TileId id, long size = long.MaxValue) =>
        string.Create(CultureInfo.InvariantCulture, $"{FirstEntry(id) + 1:N0} to {Math.Min(size, FirstEntry(id) + (id.Width * id.LeavesBelow)):N0}");
}
