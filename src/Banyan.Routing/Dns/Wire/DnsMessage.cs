using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Wire;

/// <summary>A whole message, for clients and tests; the server itself reads <see cref="Query"/> and writes what was compiled. Immutable.</summary>
public sealed record DnsMessage
{
    /// <summary>More records than this are not read.</summary>
    public const int MaxRecords = 4_096;

    public ushort Id { get; init; }

    /// <summary>It is an answer.</summary>
    public bool Response { get; init; }

    /// <summary>0 for a query.</summary>
    public byte Opcode { get; init; }

    public bool Authoritative { get; init; }

    public bool Truncated { get; init; }

    public bool RecursionDesired { get; init; }

    public bool RecursionAvailable { get; init; }

    public ResponseCode Code { get; init; }

    /// <summary>What is asked; null where there is no question.</summary>
    public DnsName? Name { get; init; }

    public RecordType Type { get; init; }

    public ImmutableArray<ResourceRecord> Answers { get; init; } = [];

    public ImmutableArray<ResourceRecord> Authorities { get; init; } = [];

    public ImmutableArray<ResourceRecord> Additional { get; init; } = [];

    /// <summary>EDNS: what the sender takes over UDP; null where it does not speak EDNS.</summary>
    public ushort? UdpSize { get; init; }

    public byte EdnsVersion { get; init; }

    public bool DnssecOk { get; init; }

    public ClientSubnet? Subnet { get; init; }

    /// <summary>For how many bits of the subnet the answer holds.</summary>
    public int SubnetScope { get; init; }

    /// <summary>Writes it.</summary>
    /// <exception cref="InvalidOperationException">It would be longer than 65,535 bytes.</exception>
    public byte[] Write()
    {
        var writer = new RecordWriter();
        writer.WriteUInt16(Id);
        writer.WriteUInt16((ushort)((Response ? Protocol.FlagResponse : 0) | (Opcode << 11) | (Authoritative ? Protocol.FlagAuthoritative : 0) | (Truncated ? Protocol.FlagTruncated : 0)
            | (RecursionDesired ? Protocol.FlagRecursionDesired : 0) | (RecursionAvailable ? 0x80 : 0) | ((int)Code & Protocol.CodeMask)));
        foreach (var count in (ReadOnlySpan<int>)[Name is null ? 0 : 1, Answers.Length, Authorities.Length, Additional.Length + (UdpSize is null ? 0 : 1)])
            writer.WriteUInt16(checked((ushort)count));
        if (Name is not null)
            writer.WriteQuestion(Name, Type);
        foreach (var record in Answers.Concat(Authorities).Concat(Additional))
            writer.WriteRecord(record);
        if (UdpSize is { } size)
        {
            writer.WriteByte(0);
            writer.WriteUInt16((ushort)RecordType.OPT);
            writer.WriteUInt16(size);
            writer.WriteByte((byte)((int)Code >> 4));
            writer.WriteByte(EdnsVersion);
            writer.WriteUInt16(DnssecOk ? Protocol.FlagDnssecOk : (ushort)0);
            writer.WriteUInt16((ushort)(Subnet is { } s ? 4 + s.Length : 0));
            if (Subnet is { } subnet)
            {
                Span<byte> data = stackalloc byte[ClientSubnet.MaxLength];
                writer.WriteUInt16(Protocol.OptionClientSubnet);
                writer.WriteUInt16((ushort)subnet.Length);
                writer.WriteBytes(data[..subnet.Write(data, SubnetScope)]);
            }
        }

        return writer.Length <= Protocol.MaxMessage ? writer.Written.ToArray() : throw new InvalidOperationException("the message is longer than 65,535 bytes");
    }

    /// <summary>Reads a message with at most one question; says no where it is not well formed, and never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (bytes.Length < Protocol.HeaderLength)
            return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        var reader = new RecordReader(bytes, Protocol.HeaderLength);
        DnsName? name = null;
        ushort type = 0;
        if (questions > 1 || (questions == 1 && !(reader.TryReadName(out name) && reader.TryReadUInt16(out type) && reader.TryReadUInt16(out _))))
            return false;
        var read = new DnsMessage
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(bytes),
            Response = (flags & Protocol.FlagResponse) != 0,
            Opcode = (byte)((flags & Protocol.OpcodeMask) >> 11),
            Authoritative = (flags & Protocol.FlagAuthoritative) != 0,
            Truncated = (flags & Protocol.FlagTruncated) != 0,
            RecursionDesired = (flags & Protocol.FlagRecursionDesired) != 0,
            RecursionAvailable = (flags & 0x80) != 0,
            Code = (ResponseCode)(flags & Protocol.CodeMask),
            Name = name,
            Type = (RecordType)type,
        };
        if (!TryReadSection(bytes[6..], ref reader, ref read, out var answers) || !TryReadSection(bytes[8..], ref reader, ref read, out var authorities)
            || !TryReadSection(bytes[10..], ref reader, ref read, out var additional) || reader.Position != bytes.Length)
            return false;
        message = read with { Answers = answers, Authorities = authorities, Additional = additional };
        return true;
    }

    private static bool TryReadSection(ReadOnlySpan<byte> count, ref RecordReader reader, ref DnsMessage message, out ImmutableArray<ResourceRecord> records)
    {
        var section = ImmutableArray.CreateBuilder<ResourceRecord>();
        records = [];
        var left = BinaryPrimitives.ReadUInt16BigEndian(count);
        if (left > MaxRecords)
            return false;
        for (; left > 0; left--)
        {
            if (!reader.TryReadHead(out var owner, out var type, out var recordClass, out var ttl, out var length))
                return false;
            if (type == RecordType.OPT)
            {
                if (!TryReadEdns(ref reader, recordClass, ttl, length, ref message))
                    return false;
            }
            else if (reader.TryReadData(type, length, out var data))
            {
                section.Add(new ResourceRecord(owner, ttl, data));
            }
            else
            {
                return false;
            }
        }

        records = section.ToImmutable();
        return true;
    }

    private static bool TryReadEdns(ref RecordReader reader, ushort size, uint extended, int length, ref DnsMessage message)
    {
        if (message.UdpSize is not null || !reader.TryReadData(RecordType.OPT, length, out var data) || data is not OpaqueData { Bytes: var options })
            return false;
        message = message with
        {
            UdpSize = size,
            Code = (ResponseCode)((int)message.Code | (int)((extended >> 24) << 4)),
            EdnsVersion = (byte)(extended >> 16),
            DnssecOk = (extended & Protocol.FlagDnssecOk) != 0,
        };
        for (var rest = options.AsSpan(); rest.Length > 0;)
        {
            if (rest.Length < 4)
                return false;
            var (code, size2) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            if (4 + size2 > rest.Length)
                return false;
            if (code == Protocol.OptionClientSubnet)
            {
                if (!ClientSubnet.TryRead(rest.Slice(4, size2), query: !message.Response, out var subnet, out var scope))
                    return false;
                message = message with { Subnet = subnet, SubnetScope = scope };
            }

            rest = rest[(4 + size2)..];
        }

        return true;
    }
}
