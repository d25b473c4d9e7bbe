namespace Banyan.Engines.Evm.Rlp;

/// <summary>
/// Reads RLP strictly: one encoding of each value, lengths within the buffer, no leading zeros (Yellow Paper, appendix B). What is wrong is
/// told by false; nothing is allocated and nothing throws.
/// </summary>
internal ref struct RlpReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>Whether all was read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Whether a list comes next.</summary>
    public readonly bool IsList => !_rest.IsEmpty && _rest[0] >= 0xc0;

    public bool TryBytes(out ReadOnlySpan<byte> bytes) => TryItem(out bytes, out var list) && !list;

    public bool TryList(out RlpReader items)
    {
        var ok = TryItem(out var payload, out var list) && list;
        items = new RlpReader(ok ? payload : default);
        return ok;
    }

    /// <summary>The next item as it is encoded, header included.</summary>
    public bool TryRaw(out ReadOnlySpan<byte> item)
    {
        var from = _rest;
        var ok = TryItem(out _, out _);
        item = ok ? from[..(from.Length - _rest.Length)] : default;
        return ok;
    }

    /// <summary>Exactly that many bytes.</summary>
    public bool TryBytes(scoped Span<byte> destination)
    {
        if (!TryBytes(out var bytes) || bytes.Length != destination.Length)
            return false;
        bytes.CopyTo(destination);
        return true;
    }

    /// <summary>A number of at most 256 bits.</summary>
    public bool TryNumber(out UInt256 value)
    {
        value = default;
        if (!TryBytes(out var bytes) || bytes.Length > 32 || (!bytes.IsEmpty && bytes[0] == 0))
            return false;
        value = UInt256.FromBigEndian(bytes);
        return true;
    }

    /// <summary>A number of at most 64 bits.</summary>
    public bool TryNumber(out ulong value)
    {
        value = 0;
        return TryNumber(out UInt256 number) && number.TryToUInt64(out value);
    }

    private bool TryItem(out ReadOnlySpan<byte> payload, out bool list)
    {
        payload = default;
        list = false;
        if (_rest.IsEmpty)
            return false;
        var first = _rest[0];
        list = first >= 0xc0;
        if (first < 0x80)
            return Take(0, 1, out payload);
        var length = first - (list ? 0xc0 : 0x80);
        if (length <= 55)
            return Take(1, length, out payload) && (list || length != 1 || payload[0] >= 0x80);
        var size = length - 55;
        if (_rest.Length <= size || _rest[1] == 0)
            return false;
        var big = UInt256.FromBigEndian(_rest.Slice(1, size));
        return big.TryToUInt64(out var count) && count is > 55 and <= int.MaxValue && Take(1 + size, (int)count, out payload);
    }

    private bool Take(int header, int length, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_rest.Length - header < length)
            return false;
        payload = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return true;
    }
}
