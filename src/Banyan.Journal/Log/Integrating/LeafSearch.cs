using System.Text.Json;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Finds the leaf of a receipt whose entry the journal has dropped. Receipts are UUIDs of version 7 (RFC 9562, section 5.7),
/// which begin with their time, and leaves are in the order of theirs, but for what long transactions shift: so it is looked
/// for around that time, with no index to pay for. One search at a time. Thread-safe.
/// </summary>
public sealed class LeafSearch(ITileSource tiles) : IDisposable
{
    /// <summary>How far the clocks of process and database, and the length of a transaction, may take leaf and receipt apart.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    private static readonly DateTimeOffset Latest = DateTimeOffset.MaxValue - TimeSpan.FromDays(1);

    private const int MostBundles = 256;
    private readonly SemaphoreSlim _alone = new(1, 1);

    /// <summary>Finds it among the first <paramref name="size"/> leaves.</summary>
    /// <returns>The leaf and its index; null where there is none, or it is too far from its time.</returns>
    /// <exception cref="TileSourceException">A bundle is missing, damaged, or can't be read.</exception>
    public async Task<FoundLeaf?> FindAsync(Guid receipt, long size, CancellationToken cancellationToken)
    {
        if (receipt.Version != 7)
            return null;
        await _alone.WaitAsync(cancellationToken);
        try
        {
            var at = TimeOf(receipt);
            var (low, high) = (0L, (size + TileId.FullWidth - 1) / TileId.FullWidth); // the first bundle that begins too late is in low..high
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                if (FirstTime(await ReadAsync(middle, size, cancellationToken)) < at - Slack)
                    low = middle + 1;
                else
                    high = middle;
            }

            var id = System.Text.Encoding.ASCII.GetBytes($"\"id\":\"{receipt}\"");
            for (var bundle = Math.Max(0, low - 1); bundle < low + MostBundles && TileId.WidthIn(TileId.Entries, bundle, size) > 0; bundle++)
            {
                var bytes = await ReadAsync(bundle, size, cancellationToken);
                if (Find(bytes, id) is var (number, leaf))
                    return new FoundLeaf((bundle * TileId.FullWidth) + number, leaf);
                if (FirstTime(bytes) > at + Slack)
                    return null;
            }

            return null;
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _alone.Dispose();

    private async Task<byte[]> ReadAsync(long bundle, long size, CancellationToken cancellationToken)
    {
        var id = new TileId(TileId.Entries, bundle, TileId.WidthIn(TileId.Entries, bundle, size));
        return await tiles.ReadAsync(id, cancellationToken) ?? throw new TileSourceException($"{tiles.Name}: {id} is missing.");
    }

    private static (int Number, byte[] Leaf)? Find(ReadOnlySpan<byte> bundle, ReadOnlySpan<byte> id)
    {
        if (bundle.IndexOf(id) < 0)
            return null;
        for (var number = 0; EntryBundle.TryTake(ref bundle, out var leaf); number++)
        {
            if (leaf.IndexOf(id) >= 0)
                return (number, leaf.ToArray());
        }

        return null;
    }

    /// <summary>When the first entry of a bundle was recorded; the beginning of time where its leaves say none (they were dropped before there was a log).</summary>
    private static DateTimeOffset FirstTime(ReadOnlySpan<byte> bundle)
    {
        while (EntryBundle.TryTake(ref bundle, out var leaf))
        {
            var json = new Utf8JsonReader(leaf);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("recorded_at"u8) && json.Read())
                    return json.GetDateTimeOffset();
            }
        }

        return DateTimeOffset.MinValue;
    }

    private static DateTimeOffset TimeOf(Guid receipt)
    {
        Span<byte> bytes = stackalloc byte[16];
        receipt.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, Latest.ToUnixTimeMilliseconds()));
    }
}

/// <summary>A leaf that was found.</summary>
/// <param name="Index">Its index, from 0.</param>
/// <param name="Leaf">It.</param>
public sealed record FoundLeaf(long Index, byte[] Leaf);
