using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Banyan.Services.Climate.LineProtocol;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Catalog;

/// <summary>
/// Namespaces, measurements, fields and series: in memory what was asked for since the start, in the database all of it.
/// Thread-safe. Rows are only ever added, so what is in memory stays true.
/// </summary>
internal sealed class SeriesCatalog(NpgsqlDataSource source, ClimateOptions options) : IDisposable
{
    /// <summary>The longest name of a bucket or a database, in characters.</summary>
    public const int MaxNamespaceName = 255;

    private readonly ConcurrentDictionary<string, Namespace> _namespaces = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _learning = new(1, 1);
    private long _series = -1;

    /// <summary>How many series there are; -1 until the first new one was counted.</summary>
    public long SeriesCount => Interlocked.Read(ref _series);

    /// <summary>Finds a namespace that was used since the start.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out Namespace? found) => _namespaces.TryGetValue(name, out found);

    /// <summary>Finds a namespace, or makes it; null where the cell has as many as it takes.</summary>
    public async Task<Namespace?> GetOrCreateAsync(string name, CancellationToken cancellationToken)
    {
        if (_namespaces.TryGetValue(name, out var known))
            return known;
        await _learning.WaitAsync(cancellationToken);
        try
        {
            if (await FindLockedAsync(name, cancellationToken) is { } found)
                return found;
            await using var command = source.CreateCommand(
                "INSERT INTO climate.namespace (name, retention) SELECT $1, $2 WHERE (SELECT count(*) FROM climate.namespace) < $3 ON CONFLICT (name) DO NOTHING");
            command.Parameters.AddWithValue(name);
            command.Parameters.AddWithValue(options.Retention.Ticks * 100);
            command.Parameters.AddWithValue((long)options.MaxNamespaces);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return await FindLockedAsync(name, cancellationToken);
        }
        finally
        {
            _learning.Release();
        }
    }

    /// <summary>Finds a namespace; null where there is none.</summary>
    public async Task<Namespace?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_namespaces.TryGetValue(name, out var known))
            return known;
        await _learning.WaitAsync(cancellationToken);
        try
        {
            return await FindLockedAsync(name, cancellationToken);
        }
        finally
        {
            _learning.Release();
        }
    }

    /// <summary>The names of all namespaces, in order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT name FROM climate.namespace ORDER BY name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>
    /// Learns what a text names: looks it up in the database, and adds what is not there. What is over a limit stays
    /// unknown.
    /// </summary>
    public async Task LearnAsync(Namespace space, Unknowns unknowns, CancellationToken cancellationToken)
    {
        await _learning.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await LearnMeasurementsAsync(connection, space, unknowns, cancellationToken);
            foreach (var (measurement, fields) in unknowns.Fields)
                await LearnFieldsAsync(connection, Known(space, measurement), fields, cancellationToken);
            var keys = unknowns.Series.Where(k => !space.TryFind(k, out _)).ToArray();
            if (keys.Length > 0)
                await LearnSeriesAsync(connection, space, keys, cancellationToken);
        }
        finally
        {
            _learning.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _learning.Dispose();

    private async Task<Namespace?> FindLockedAsync(string name, CancellationToken cancellationToken)
    {
        if (_namespaces.TryGetValue(name, out var known))
            return known;
        await using var command = source.CreateCommand("SELECT id, retention FROM climate.namespace WHERE name = $1");
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? _namespaces.GetOrAdd(name, new Namespace(reader.GetInt32(0), name, reader.GetInt64(1)))
            : null;
    }

    private static Measurement Known(Namespace space, ReadOnlySpan<byte> name) => space.TryFindMeasurement(name, out var measurement)
        ? measurement
        : throw new InvalidOperationException("A measurement that was just added is not there.");

    private static async Task LearnMeasurementsAsync(NpgsqlConnection connection, Namespace space, Unknowns unknowns, CancellationToken cancellationToken)
    {
        var names = unknowns.Series.Select(static k => Encoding.UTF8.GetString(SeriesKey.Measurement(k)))
            .Concat(unknowns.Fields.Keys.Select(Encoding.UTF8.GetString))
            .Distinct(StringComparer.Ordinal)
            .Where(n => !space.TryFindMeasurement(Encoding.UTF8.GetBytes(n), out _))
            .ToArray();
        if (names.Length == 0)
            return;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("INSERT INTO climate.measurement (namespace, name) SELECT $1, n FROM unnest($2) n ON CONFLICT DO NOTHING")
                {
                    Parameters = { new() { Value = space.Id }, new() { Value = names } },
                },
                new("SELECT m.id, m.name, f.number, f.name, f.kind FROM climate.measurement m LEFT JOIN climate.field f ON f.measurement = m.id WHERE m.namespace = $1 AND m.name = ANY ($2)")
                {
                    Parameters = { new() { Value = space.Id }, new() { Value = names } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<int, (Measurement Measurement, List<Field> Fields)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetInt32(0);
            if (!found.TryGetValue(id, out var entry))
                found[id] = entry = (new Measurement(id, reader.GetString(1)), []);
            if (!await reader.IsDBNullAsync(2, cancellationToken))
                entry.Fields.Add(new Field(reader.GetInt32(2), reader.GetString(3), (FieldKind)reader.GetInt16(4)));
        }

        foreach (var (measurement, fields) in found.Values)
        {
            measurement.Learn(fields);
            space.Learn(measurement);
        }
    }

    private async Task LearnFieldsAsync(NpgsqlConnection connection, Measurement measurement, Dictionary<string, FieldKind> wanted, CancellationToken cancellationToken)
    {
        var known = measurement.Fields;
        var added = wanted.Where(w => measurement.Find(w.Key) is null)
            .Take(Math.Max(0, options.MaxFields - known.Count))
            .Select((w, i) => new Field(known.Count + i, w.Key, w.Value))
            .ToArray();
        if (added.Length == 0)
            return;
        await using var command = new NpgsqlCommand("INSERT INTO climate.field (measurement, number, name, kind) SELECT $1, * FROM unnest($2, $3, $4)", connection)
        {
            Parameters =
            {
                new() { Value = measurement.Id },
                new() { Value = added.Select(static f => f.Number).ToArray() },
                new() { Value = added.Select(static f => f.Name).ToArray() },
                new() { Value = added.Select(static f => (short)f.Kind).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        measurement.Learn(known.Concat(added));
    }

    private async Task LearnSeriesAsync(NpgsqlConnection connection, Namespace space, byte[][] keys, CancellationToken cancellationToken)
    {
        var hashes = keys.Select(k => SeriesKey.Hash(space.Id, k)).ToArray();
        var ids = await FindSeriesAsync(connection, hashes, cancellationToken);
        if (_series < 0)
        {
            await using var count = new NpgsqlCommand("SELECT count(*) FROM climate.series", connection);
            _series = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        }

        var missing = Enumerable.Range(0, keys.Length).Where(i => !ids.ContainsKey(hashes[i])).Take((int)Math.Max(0, options.MaxSeries - _series)).ToArray();
        if (missing.Length > 0)
        {
            await using var insert = new NpgsqlCommand("INSERT INTO climate.series (measurement, tags, hash) SELECT * FROM unnest($1, $2, $3) RETURNING id, hash", connection)
            {
                Parameters =
                {
                    new() { Value = missing.Select(i => Known(space, SeriesKey.Measurement(keys[i])).Id).ToArray() },
                    new() { Value = missing.Select(i => SeriesKey.TagsJson(keys[i])).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                    new() { Value = missing.Select(i => hashes[i]).ToArray() },
                },
            };
            await using var reader = await insert.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                ids[reader.GetGuid(1)] = reader.GetInt64(0);
            Interlocked.Add(ref _series, missing.Length);
        }

        for (var i = 0; i < keys.Length; i++)
        {
            if (ids.TryGetValue(hashes[i], out var id))
                space.Learn(new Series(id, Known(space, SeriesKey.Measurement(keys[i])), keys[i]));
        }
    }

    private static async Task<Dictionary<Guid, long>> FindSeriesAsync(NpgsqlConnection connection, Guid[] hashes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT hash, id FROM climate.series WHERE hash = ANY ($1)", connection) { Parameters = { new() { Value = hashes } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new Dictionary<Guid, long>(hashes.Length);
        while (await reader.ReadAsync(cancellationToken))
            ids[reader.GetGuid(0)] = reader.GetInt64(1);
        return ids;
    }
}
