using System.Buffers;
using System.Text;
using System.Text.Json;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Queries;

/// <summary>A series as queries show it.</summary>
/// <param name="Id">Its id; answers are in its order.</param>
/// <param name="Bucket">Its bucket or database.</param>
/// <param name="MeasurementId">The id of its measurement.</param>
/// <param name="Measurement">Its measurement.</param>
/// <param name="Tags">Its tags, as a JSON object.</param>
internal sealed record FoundSeries(long Id, string Bucket, int MeasurementId, string Measurement, string Tags);

/// <summary>What to look for: null and empty mean any.</summary>
/// <param name="Bucket">The bucket or database.</param>
/// <param name="Measurement">The measurement.</param>
/// <param name="Tags">Tags that the series must have.</param>
internal sealed record SeriesFilter(string? Bucket, string? Measurement, IReadOnlyDictionary<string, string> Tags);

/// <summary>Finds series and fields in the database. Thread-safe.</summary>
internal sealed class SeriesFinder(NpgsqlDataSource source)
{
    /// <summary>The series that a filter lets through with ids greater than <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<FoundSeries>> FindAsync(SeriesFilter filter, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            SELECT s.id, n.name, m.id, m.name, s.tags::text
            FROM climate.namespace n JOIN climate.measurement m ON m.namespace = n.id JOIN climate.series s ON s.measurement = m.id
            WHERE ($1 IS NULL OR n.name = $1) AND ($2 IS NULL OR m.name = $2) AND s.tags @> $3 AND s.id > $4
            ORDER BY s.id LIMIT $5
            """);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Bucket, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Measurement, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ToJson(filter.Tags), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<FoundSeries>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new FoundSeries(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4)));
        return found;
    }

    /// <summary>The fields of measurements: all, or those of one name.</summary>
    public async Task<ILookup<int, Field>> FieldsAsync(IEnumerable<int> measurements, string? name, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT measurement, number, name, kind FROM climate.field WHERE measurement = ANY ($1) AND ($2 IS NULL OR name = $2) ORDER BY measurement, number");
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. measurements.Distinct()], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = name, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(int Measurement, Field Field)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt32(0), new Field(reader.GetInt32(1), reader.GetString(2), (FieldKind)reader.GetInt16(3))));
        return found.ToLookup(static f => f.Measurement, static f => f.Field);
    }

    /// <summary>The measurements of a bucket, or of all.</summary>
    public async Task<IReadOnlyList<(int Id, string Bucket, string Name)>> MeasurementsAsync(string? bucket, int limit, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT m.id, n.name, m.name FROM climate.namespace n JOIN climate.measurement m ON m.namespace = n.id WHERE $1 IS NULL OR n.name = $1 ORDER BY n.name, m.name LIMIT $2");
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = bucket, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(int, string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        return found;
    }

    private static string ToJson(IReadOnlyDictionary<string, string> tags)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, value) in tags)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
