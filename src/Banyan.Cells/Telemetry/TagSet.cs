using System.Globalization;

namespace Banyan.Cells.Telemetry;

/// <summary>The attributes of one series, as they came. Immutable.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    public KeyValuePair<string, object?>[] Tags { get; } = tags;

    /// <summary>An attribute's value as a label's; null where it has none.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

/// <summary>Finds a series by the attributes of a measurement without copying them.</summary>
internal sealed class TagSetComparer : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
{
    public static readonly TagSetComparer Instance = new();

    public bool Equals(TagSet? x, TagSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Tags, y));

    public int GetHashCode(TagSet obj) => GetHashCode(obj.Tags.AsSpan());

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
    {
        if (alternate.Length != other.Tags.Length)
            return false;
        for (var i = 0; i < alternate.Length; i++)
        {
            ref readonly var a = ref alternate[i];
            ref readonly var b = ref other.Tags[i];
            if (a.Key != b.Key || !Equals(a.Value, b.Value))
                return false;
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = alternate.Length;
        foreach (ref readonly var tag in alternate)
            hash = HashCode.Combine(hash, tag.Value); // names hardly ever tell two series of one instrument apart
        return hash;
    }

    public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());
}
