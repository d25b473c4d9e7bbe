using System.Buffers.Binary;
using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Wire;

/// <summary>What to do with a packet.</summary>
internal enum QueryVerdict
{
    /// <summary>It is a question that can be answered.</summary>
    Answer,

    /// <summary>Nothing: not a query, so an answer might start a game of echoes, or too short to have one.</summary>
    Drop,

    /// <summary>FORMERR.</summary>
    Malformed,

    /// <summary>NOTIMP: an opcode other than QUERY.</summary>
    OtherOperation,

    /// <summary>BADVERS: EDNS above version 0.</summary>
    OtherVersion,
}

/// <summary>A query as it came, read without allocation. Everything in it was written by a stranger.</summary>
internal ref struct Query
{
    /// <summary>More records behind the question than any client sends.</summary>
    private const int MaxExtraRecords = 4;

    /// <summary>More options than any client sends.</summary>
    private const int MaxOptions = 32;

    public ushort Id { get; private set; }

    public ushort Flags { get; private set; }

    /// <summary>The question as it came: name, type, class. Empty where it could not be read.</summary>
    public ReadOnlySpan<byte> Question { get; private set; }

    public readonly ReadOnlySpan<byte> Name => Question[..^4];

    public readonly RecordType Type => (RecordType)BinaryPrimitives.ReadUInt16BigEndian(Question[^4..]);

    public readonly ushort Class => BinaryPrimitives.ReadUInt16BigEndian(Question[^2..]);

    public bool HasEdns { get; private set; }

    /// <summary>What the client takes over UDP, in bytes: never below 512 (RFC 6891 section 6.2.3).</summary>
    public int UdpSize { get; private set; }

    public bool DnssecOk { get; private set; }

    public bool HasSubnet { get; private set; }

    public ClientSubnet Subnet { get; private set; }

    public static QueryVerdict Read(ReadOnlySpan<byte> packet, out Query query)
    {
        query = default;
        query.UdpSize = Protocol.PlainUdpSize;
        if (packet.Length < Protocol.HeaderLength)
            return QueryVerdict.Drop;
        query.Id = BinaryPrimitives.ReadUInt16BigEndian(packet);
        query.Flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if ((query.Flags & Protocol.FlagResponse) != 0)
            return QueryVerdict.Drop;
        if ((query.Flags & Protocol.OpcodeMask) != 0)
            return QueryVerdict.OtherOperation;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        var answers = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        var authorities = BinaryPrimitives.ReadUInt16BigEndian(packet[8..]);
        var additional = BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
        if (questions != 1 || answers != 0 || (query.Flags & Protocol.FlagTruncated) != 0)
            return QueryVerdict.Malformed;
        var rest = packet[Protocol.HeaderLength..];
        var name = NameReader.MeasurePlain(rest);
        if (name == 0 || rest.Length < name + 4)
            return QueryVerdict.Malformed;
        query.Question = rest[..(name + 4)];
        // An IXFR carries an SOA record (RFC 1995 section 3); it is refused whatever that says.
        if (query.Type == RecordType.IXFR)
            return QueryVerdict.Answer;
        if (authorities != 0 || additional > MaxExtraRecords)
            return QueryVerdict.Malformed;
        return query.ReadExtra(packet, Protocol.HeaderLength + name + 4, additional);
    }

    private QueryVerdict ReadExtra(ReadOnlySpan<byte> packet, int at, int records)
    {
        Span<byte> name = stackalloc byte[Protocol.MaxName];
        var version = 0;
        for (var i = 0; i < records; i++)
        {
            if (!NameReader.TryRead(packet, ref at, name, out var nameLength) || at + 10 > packet.Length)
                return QueryVerdict.Malformed;
            var head = packet[at..];
            var length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
            at += 10 + length;
            if (at > packet.Length)
                return QueryVerdict.Malformed;
            if ((RecordType)BinaryPrimitives.ReadUInt16BigEndian(head) != RecordType.OPT)
                continue;
            // One, and of the root (RFC 6891 section 6.1.1).
            if (HasEdns || nameLength != 1)
                return QueryVerdict.Malformed;
            HasEdns = true;
            UdpSize = Math.Max((int)BinaryPrimitives.ReadUInt16BigEndian(head[2..]), Protocol.PlainUdpSize);
            version = head[5];
            DnssecOk = (BinaryPrimitives.ReadUInt16BigEndian(head[6..]) & Protocol.FlagDnssecOk) != 0;
            // What follows in another version is not known to be options.
            if (version == 0 && !ReadOptions(head.Slice(10, length)))
                return QueryVerdict.Malformed;
        }

        if (at != packet.Length)
            return QueryVerdict.Malformed;
        return version == 0 ? QueryVerdict.Answer : QueryVerdict.OtherVersion;
    }

    private bool ReadOptions(ReadOnlySpan<byte> options)
    {
        for (var count = 0; options.Length > 0; count++)
        {
            if (count == MaxOptions || options.Length < 4)
                return false;
            var code = BinaryPrimitives.ReadUInt16BigEndian(options);
            var length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (4 + length > options.Length)
                return false;
            if (code == Protocol.OptionClientSubnet)
            {
                if (HasSubnet || !ClientSubnet.TryRead(options.Slice(4, length), query: true, out var subnet, out _))
                    return false;
                (HasSubnet, Subnet) = (true, subnet);
            }

            options = options[(4 + length)..];
        }

        return true;
    }
}
