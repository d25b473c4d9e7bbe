using System.Buffers;
using System.IO.Compression;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>The log in its partition's database. Gives partial tiles of any width that there is, also where the full one is there. Thread-safe.</summary>
public sealed class DatabaseTileSource(NpgsqlDataSource source) : ITileSource
{
    private readonly string? _aside;

    /// <summary>Bundles of a tree that was put aside.</summary>
    /// <param name="log">The log's own.</param>
    /// <param name="schema">What <c>log.set_aside</c> returned.</param>
    internal DatabaseTileSource(DatabaseTileSource log, string schema)
        : this(log.Database) => _aside = schema;

    private NpgsqlDataSource Database => source;

    // The edge is looked at first: what is no longer there is in a full tile, which the next statement sees.
    private const string SelectParts = "SELECT leaves FROM log.part WHERE first >= $1 AND first < $2 ORDER BY first";
    private const string SelectEdge = "SELECT e.hashes FROM log.edge e, log.tree t WHERE e.level = $1 AND t.size >> (8 * $1 + 8) = $2";
    private const string SelectTile = "SELECT hashes FROM log.tile WHERE level = $1 AND index = $2";
    private const string SelectBundle = "SELECT entries FROM log.bundle WHERE index = $1";
    private const string SelectCheckpoint = "SELECT note FROM log.checkpoint";

    /// <inheritdoc/>
    public string Name => "the partition's database";

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => DoingAsync(async () =>
    {
        await using var command = source.CreateCommand(SelectCheckpoint);
        return await command.ExecuteScalarAsync(cancellationToken) is string note ? System.Text.Encoding.UTF8.GetBytes(note) : null;
    });

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken) => DoingAsync(async () =>
    {
        if (id.Level == TileId.Entries)
            return await ReadBundleAsync(id, cancellationToken);
        return id.Level > 7 ? null : await ReadTileAsync(id, cancellationToken);
    });

    /// <summary>A full bundle as it is stored, in gzip; null where there is none.</summary>
    /// <exception cref="TileSourceException">The database can't be read.</exception>
    public ValueTask<byte[]?> ReadCompressedAsync(long index, CancellationToken cancellationToken) => DoingAsync(async () =>
    {
        await using var command = source.CreateCommand(In(SelectBundle));
        command.Parameters.Add(Number(index));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    });

    // A schema's name is no parameter: it is one that the database made up.
    private string In(string sql) => _aside is null ? sql : sql.Replace("log.", _aside + ".", StringComparison.Ordinal);

    private async Task<byte[]?> ReadTileAsync(TileId id, CancellationToken cancellationToken)
    {
        byte[]? hashes = null;
        if (!id.IsFull)
            hashes = id.Level == 0 ? HashesOf(await ReadPartsAsync(id.Index, cancellationToken)) : await ScalarAsync(SelectEdge, cancellationToken, Level(id.Level), Number(id.Index));
        var length = id.Width * MerkleHash.Length;
        if (hashes is null || hashes.Length < length)
            hashes = await ScalarAsync(SelectTile, cancellationToken, Level(id.Level), Number(id.Index));
        return hashes is null || hashes.Length < length ? null : hashes.Length == length ? hashes : hashes[..length];
    }

    private async Task<byte[]?> ReadBundleAsync(TileId id, CancellationToken cancellationToken)
    {
        if (!id.IsFull && Take(await ReadPartsAsync(id.Index, cancellationToken), id.Width) is { } part)
            return part;
        return await ScalarAsync(SelectBundle, cancellationToken, Number(id.Index)) is { } stored ? Take(Decompress(stored), id.Width) : null;
    }

    private async Task<byte[]> ReadPartsAsync(long index, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(In(SelectParts));
        command.Parameters.Add(Number(index * TileId.FullWidth));
        command.Parameters.Add(Number((index + 1) * TileId.FullWidth));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var leaves = new ArrayBufferWriter<byte>();
        while (await reader.ReadAsync(cancellationToken))
            leaves.Write(reader.GetFieldValue<byte[]>(0));
        return leaves.WrittenSpan.ToArray();
    }

    private async Task<byte[]?> ScalarAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = source.CreateCommand(In(sql));
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    private static byte[] HashesOf(ReadOnlySpan<byte> leaves)
    {
        var hashes = new ArrayBufferWriter<byte>();
        while (EntryBundle.TryTake(ref leaves, out var leaf))
            hashes.Write(MerkleHasher.HashLeaf(leaf).ToArray());
        return hashes.WrittenSpan.ToArray();
    }

    /// <summary>The first leaves of a bundle; null where it has not so many.</summary>
    private static byte[]? Take(byte[] bundle, int count)
    {
        var rest = bundle.AsSpan();
        ReadOnlySpan<byte> left = rest;
        for (var i = 0; i < count; i++)
        {
            if (!EntryBundle.TryTake(ref left, out _))
                return null;
        }

        return left.IsEmpty ? bundle : bundle[..^left.Length];
    }

    /// <summary>In gzip.</summary>
    internal static byte[] Compress(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes.Length / 2);
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return stream.ToArray();
    }

    /// <summary>Out of gzip.</summary>
    /// <exception cref="TileDamagedException">It is none.</exception>
    public static byte[] Decompress(byte[] bytes)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var stream = new MemoryStream();
            gzip.CopyTo(stream);
            return stream.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new TileDamagedException($"The partition's database: a bundle of leaves is damaged: {e.Message}", e);
        }
    }

    private static async ValueTask<byte[]?> DoingAsync(Func<Task<byte[]?>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException e)
        {
            throw new TileSourceException($"The partition's database can't be read: {e.Message}", e);
        }
    }

    private static NpgsqlParameter<int> Level(int level) => new() { TypedValue = level, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };
}
