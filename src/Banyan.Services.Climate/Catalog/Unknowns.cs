using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Catalog;

/// <summary>What a text names that the catalog does not know yet. Not thread-safe.</summary>
internal sealed class Unknowns
{
    private readonly Dictionary<byte[], Dictionary<string, FieldKind>> _fields = new(ByteArrayComparer.Instance);
    private readonly HashSet<byte[]> _series = new(ByteArrayComparer.Instance);

    /// <summary>Whether there is anything.</summary>
    public bool Any => _fields.Count > 0 || _series.Count > 0;

    /// <summary>Fields by the name of their measurement; with the type of the first value.</summary>
    public IReadOnlyDictionary<byte[], Dictionary<string, FieldKind>> Fields => _fields;

    /// <summary>Keys of series.</summary>
    public IReadOnlyCollection<byte[]> Series => _series;

    /// <summary>Adds a series.</summary>
    public void Add(byte[] seriesKey) => _series.Add(seriesKey);

    /// <summary>Adds a field.</summary>
    public void Add(ReadOnlySpan<byte> measurement, string field, FieldKind kind)
    {
        var lookup = _fields.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(measurement, out var fields))
            lookup[measurement] = fields = new(StringComparer.Ordinal);
        fields.TryAdd(field, kind);
    }
}
