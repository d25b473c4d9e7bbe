namespace Banyan.Services.Climate.Catalog;

/// <summary>A series: a measurement with one set of tags. Identity is reference: there is one object a series.</summary>
/// <param name="id">Its row's id.</param>
/// <param name="measurement">Its measurement.</param>
/// <param name="key">Its <see cref="SeriesKey"/>.</param>
internal sealed class Series(long id, Measurement measurement, byte[] key)
{
    /// <summary>The most spellings that are remembered; a client writes its tags in one order, or a few do.</summary>
    public const int MaxAliases = 4;

    private int _aliases;

    /// <summary>Its row's id.</summary>
    public long Id { get; } = id;

    /// <summary>Its measurement.</summary>
    public Measurement Measurement { get; } = measurement;

    /// <summary>Its <see cref="SeriesKey"/>.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Whether one more spelling of it may be remembered; counts it.</summary>
    public bool TakeAlias() => Volatile.Read(ref _aliases) < MaxAliases && Interlocked.Increment(ref _aliases) <= MaxAliases;
}
