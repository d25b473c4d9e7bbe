namespace Banyan.Engines.Evm.Rlp;

/// <summary>
/// Writes RLP (Yellow Paper, appendix B) into a buffer of the caller's from its end to its beginning, so that no length has to be known
/// before: items are written last to first, then the list around them. Nothing is allocated.
/// </summary>
internal ref struct RlpWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _at = buffer.Length;

    /// <summary>Bytes written so far: what a list begins after.</summary>
    public readonly int Mark => _buffer.Length - _at;

    public readonly Span<byte> Written => _buffer[_at..];

    /// <summary>A string.</summary>
    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        Raw(bytes);
        if (bytes.Length != 1 || bytes[0] >= 0x80)
            Header(bytes.Length, 0x80);
    }

    /// <summary>A number: its bytes without leading zeros.</summary>
    public void Number(UInt256 value)
    {
        Span<byte> word = stackalloc byte[32];
        value.WriteBigEndian(word);
        Bytes(word[(32 - value.ByteCount)..]);
    }

    /// <summary>The header of a list of all that was written since <paramref name="mark"/>.</summary>
    public void List(int mark) => Header(Mark - mark, 0xc0);

    /// <summary>Bytes as they are, such as a transaction's type.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        _at -= bytes.Length;
        bytes.CopyTo(_buffer[_at..]);
    }

    private void Header(int length, byte offset)
    {
        if (length <= 55)
        {
            _buffer[--_at] = (byte)(offset + length);
            return;
        }

        var start = _at;
        for (var rest = length; rest > 0; rest >>= 8)
            _buffer[--_at] = (byte)rest;
        var size = start - _at;
        _buffer[--_at] = (byte)(offset + 55 + size);
    }
}
