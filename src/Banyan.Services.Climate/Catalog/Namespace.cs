using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Banyan.Services.Climate.Blocks;

namespace Banyan.Services.Climate.Catalog;

/// <summary>
/// A bucket, or a database with its retention policy: what is known of its measurements and series. Thread-safe. What
/// is not known here may still be in the database: <see cref="SeriesCatalog"/> learns it when it is first written.
/// </summary>
internal sealed class Namespace(int id, string name, long retention)
{
    private readonly ConcurrentDictionary<byte[], Measurement> _measurements = new(ByteArrayComparer.Instance);
    private readonly ConcurrentDictionary<byte[], Series> _series = new(ByteArrayComparer.Instance);
    private readonly ConcurrentDictionary<byte[], Series> _aliases = new(ByteArrayComparer.Instance);

    /// <summary>Its row's id.</summary>
    public int Id { get; } = id;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>How long readings are kept, in nanoseconds; 0 for ever.</summary>
    public long Retention { get; } = retention;

    /// <summary>Finds a measurement by its name in UTF-8.</summary>
    public bool TryFindMeasurement(ReadOnlySpan<byte> name, [NotNullWhen(true)] out Measurement? measurement) =>
        _measurements.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out measurement);

    /// <summary>Finds a series by its <see cref="SeriesKey"/>.</summary>
    public bool TryFind(byte[] key, [NotNullWhen(true)] out Series? series) => _series.TryGetValue(key, out series);

    /// <summary>Finds a series by how a client wrote it: escapes, order of tags and all.</summary>
    public bool TryFindAlias(ReadOnlySpan<byte> written, [NotNullWhen(true)] out Series? series) =>
        _aliases.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(written, out series);

    /// <summary>Remembers how a client writes a series.</summary>
    public void LearnAlias(ReadOnlySpan<byte> written, Series series)
    {
        if (series.TakeAlias())
            _aliases.TryAdd(written.SequenceEqual(series.Key) ? series.Key : written.ToArray(), series);
    }

    /// <summary>Remembers a measurement.</summary>
    public void Learn(Measurement measurement) => _measurements.TryAdd(Encoding.UTF8.GetBytes(measurement.Name), measurement);

    /// <summary>Remembers a series.</summary>
    public void Learn(Series series) => _series.TryAdd(series.Key, series);
}
