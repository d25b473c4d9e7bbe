using System.Text;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>
/// Strings of an answer's fields. A cell's answers are alike, so what stood in the same place of the last answer over the
/// same connection is taken again where the bytes are the same. Not thread-safe.
/// </summary>
internal sealed class FieldStrings
{
    private const int MostKept = 32;
    private const int LongestKept = 256;
    private readonly Entry[] _kept = new Entry[MostKept];

    /// <summary>The name at a place, and whether it ends here.</summary>
    public (string Name, bool EndsHere) Name(int place, ReadOnlySpan<byte> bytes)
    {
        if (place < MostKept && _kept[place].Name is { } kept && Ascii.Equals(bytes, kept))
            return (kept, _kept[place].EndsHere);
        var name = Encoding.Latin1.GetString(bytes);
        var ends = HopByHop.EndsHereInResponse(name);
        if (place < MostKept && bytes.Length <= LongestKept)
            _kept[place] = new Entry(name, ends, null);
        return (name, ends);
    }

    /// <summary>The value at a place; ask for its name first.</summary>
    public string Value(int place, ReadOnlySpan<byte> bytes)
    {
        if (place >= MostKept || bytes.Length > LongestKept)
            return Encoding.Latin1.GetString(bytes);
        if (_kept[place].Value is { } kept && Ascii.Equals(bytes, kept))
            return kept;
        var value = Encoding.Latin1.GetString(bytes);
        _kept[place] = _kept[place] with { Value = value };
        return value;
    }

    private readonly record struct Entry(string? Name, bool EndsHere, string? Value);
}
