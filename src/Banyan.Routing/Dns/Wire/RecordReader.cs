using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Wire;

/// <summary>Reads records out of a message that anyone may have written; says no, and never throws.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> message, int position)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position = position;

    /// <summary>Where it has come to.</summary>
    public readonly int Position => _position;

    public bool TryReadName([NotNullWhen(true)] out DnsName? name)
    {
        Span<byte> wire = stackalloc byte[Protocol.MaxName];
        name = NameReader.TryRead(_message, ref _position, wire, out var length) ? DnsName.OfWire(wire[..length]) : null;
        return name is not null;
    }

    public bool TryReadUInt16(out ushort value)
    {
        value = 0;
        if (_position + 2 > _message.Length)
            return false;
        value = BinaryPrimitives.ReadUInt16BigEndian(_message[_position..]);
        _position += 2;
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        value = 0;
        if (_position + 4 > _message.Length)
            return false;
        value = BinaryPrimitives.ReadUInt32BigEndian(_message[_position..]);
        _position += 4;
        return true;
    }

    /// <summary>Reads a record's fields before its data. For an OPT record, class and TTL have another meaning (RFC 6891 section 6.1.2).</summary>
    public bool TryReadHead([NotNullWhen(true)] out DnsName? owner, out RecordType type, out ushort recordClass, out uint ttl, out int length)
    {
        (type, recordClass, ttl, length) = (default, 0, 0, 0);
        if (!TryReadName(out owner) || !TryReadUInt16(out var number) || !TryReadUInt16(out recordClass) || !TryReadUInt32(out ttl) || !TryReadUInt16(out var size) || _position + size > _message.Length)
            return false;
        (type, length) = ((RecordType)number, size);
        return true;
    }

    /// <summary>Reads data of a type; it must take up exactly the bytes that the record says.</summary>
    public bool TryReadData(RecordType type, int length, [NotNullWhen(true)] out RecordData? data)
    {
        var end = _position + length;
        // What is inside the data ends with it; names in it may point back into the message.
        var inside = new RecordReader(_message[..end], _position);
        data = inside.ReadData(type, end);
        _position = end;
        return data is not null && inside._position == end;
    }

    private RecordData? ReadData(RecordType type, int end)
    {
        switch (type)
        {
            case RecordType.A or RecordType.AAAA:
                var size = type == RecordType.A ? 4 : 16;
                return end - _position == size ? new AddressData(new IPAddress(TakeUntil(end))) : null;
            case RecordType.CNAME:
                return TryReadName(out var target) ? new AliasData(target) : null;
            case RecordType.NS:
                return TryReadName(out var server) ? new NameServerData(server) : null;
            case RecordType.SOA:
                return TryReadName(out var first) && TryReadName(out var mailbox) && TryReadUInt32(out var serial) && TryReadUInt32(out var refresh)
                    && TryReadUInt32(out var retry) && TryReadUInt32(out var expire) && TryReadUInt32(out var minimum)
                    ? new AuthorityData(first, mailbox, serial, refresh, retry, expire, minimum) : null;
            case RecordType.TXT:
                var pieces = ImmutableArray.CreateBuilder<string>();
                while (_position < end)
                {
                    if (ReadText(end) is not { } piece)
                        return null;
                    pieces.Add(piece);
                }

                return pieces.Count > 0 ? new TextData(pieces.ToImmutable()) : null;
            case RecordType.SRV:
                return TryReadUInt16(out var priority) && TryReadUInt16(out var weight) && TryReadUInt16(out var port) && TryReadName(out var host)
                    ? new ServiceData(priority, weight, port, host) : null;
            case RecordType.CAA:
                if (_position >= end)
                    return null;
                var flags = _message[_position++];
                return ReadText(end) is { Length: > 0 } tag ? new IssuerData((flags & 0x80) != 0, tag, Encoding.Latin1.GetString(TakeUntil(end))) : null;
            case RecordType.HINFO:
                return ReadText(end) is { } processor && ReadText(end) is { } system ? new HostData(processor, system) : null;
            default:
                return new OpaqueData(type, [.. TakeUntil(end)]);
        }
    }

    private string? ReadText(int end)
    {
        if (_position >= end || _position + 1 + _message[_position] > end)
            return null;
        var text = Encoding.Latin1.GetString(_message.Slice(_position + 1, _message[_position]));
        _position += 1 + text.Length;
        return text;
    }

    private ReadOnlySpan<byte> TakeUntil(int end)
    {
        var bytes = _message[_position..end];
        _position = end;
        return bytes;
    }
}
