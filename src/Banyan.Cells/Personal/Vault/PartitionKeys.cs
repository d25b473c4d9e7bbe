using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Keys;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Vault;

/// <summary>The partition's keys, unwrapped, by version: read when first needed, and again when a version is asked for that is not known. Thread-safe.</summary>
internal sealed class PartitionKeys(NpgsqlDataSource database, IRootKeys root, CellContext cell) : IDisposable
{
    private const string Select = "SELECT version, wrapped FROM personal.partition_key";
    private const string InsertFirst = "INSERT INTO personal.partition_key (version, root_version, wrapped) VALUES (1, $1, $2) ON CONFLICT (version) DO NOTHING";

    private readonly SemaphoreSlim _loading = new(1);
    private volatile FrozenDictionary<int, byte[]> _keys = FrozenDictionary<int, byte[]>.Empty;

    /// <summary>The version that wraps now; 0 before any was read.</summary>
    public int Current { get; private set; }

    /// <summary>The key that wraps now; made where the partition has none yet.</summary>
    public async ValueTask<(int Version, byte[] Key)> GetCurrentAsync(CancellationToken cancellationToken)
    {
        if (_keys.Count == 0)
            await LoadAsync(cancellationToken);
        var keys = _keys;
        var current = keys.Keys.Max();
        return (current, keys[current]);
    }

    /// <summary>The key of a version; null where the partition has none of it.</summary>
    public async ValueTask<byte[]?> FindAsync(int version, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(version, out var key))
            return key;
        await LoadAsync(cancellationToken);
        return _keys.GetValueOrDefault(version);
    }

    /// <summary>Reads them all again, and makes the first where there is none.</summary>
    /// <exception cref="RootKeyException">The root keys are not those that wrapped them.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            var keys = await ReadAsync(cancellationToken);
            if (keys.Count == 0)
            {
                await MakeFirstAsync(cancellationToken);
                keys = await ReadAsync(cancellationToken);
            }

            _keys = keys.ToFrozenDictionary();
            Current = keys.Keys.Max();
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>What a partition's key is wrapped for.</summary>
    public byte[] ContextOf(int version) => KeyContext.Of(cell.Platform, cell.Partition, "partition key", version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Wraps a person's or a purpose's key. The key that wraps is derived for the name (HKDF, RFC 5869), so that none wraps many.</summary>
    public byte[] Wrap(int version, byte[] partitionKey, KeyName name, ReadOnlySpan<byte> key)
    {
        Span<byte> wrapping = stackalloc byte[KeyEnvelope.KeyLength];
        Derive(partitionKey, name, wrapping);
        var wrapped = KeyEnvelope.Seal(wrapping, version, key, ContextOf(name));
        CryptographicOperations.ZeroMemory(wrapping);
        return wrapped;
    }

    /// <exception cref="CryptographicException">It was changed, or is another's.</exception>
    public byte[] Unwrap(byte[] partitionKey, KeyName name, ReadOnlySpan<byte> wrapped)
    {
        Span<byte> wrapping = stackalloc byte[KeyEnvelope.KeyLength];
        Derive(partitionKey, name, wrapping);
        var opened = KeyEnvelope.TryOpen(wrapping, wrapped, ContextOf(name), out var key);
        CryptographicOperations.ZeroMemory(wrapping);
        return opened && key is { Length: KeyEnvelope.KeyLength } ? key : throw new CryptographicException($"A {name.KindText}'s key in personal.key of {cell.Partition} can't be unwrapped: it was changed.");
    }

    public void Dispose() => _loading.Dispose();

    private static void Derive(byte[] partitionKey, KeyName name, Span<byte> wrapping) =>
        HKDF.Expand(HashAlgorithmName.SHA256, partitionKey, wrapping, Encoding.UTF8.GetBytes($"banyan key v1\n{name.KindText}\n{name.Name}"));

    private byte[] ContextOf(KeyName name) => KeyContext.Of(cell.Platform, cell.Partition, name.KindText, name.Name, "key");

    private async Task<Dictionary<int, byte[]>> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<(int Version, byte[] Wrapped)>();
        await using (var command = database.CreateCommand(Select))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((reader.GetInt32(0), reader.GetFieldValue<byte[]>(1)));
        }

        var keys = new Dictionary<int, byte[]>();
        foreach (var (version, wrapped) in rows)
            keys.Add(version, _keys.GetValueOrDefault(version) ?? await root.UnwrapAsync(wrapped, ContextOf(version), cancellationToken));
        return keys;
    }

    private async Task MakeFirstAsync(CancellationToken cancellationToken)
    {
        var wrapped = await root.WrapAsync(RandomNumberGenerator.GetBytes(KeyEnvelope.KeyLength), ContextOf(1), cancellationToken);
        await using var command = database.CreateCommand(InsertFirst);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = root.VersionOf(wrapped), NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = wrapped, NpgsqlDbType = NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
