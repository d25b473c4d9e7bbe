using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Wire;

/// <summary>
/// Writes names and records with compression (RFC 1035 section 4.1.4; in data only where RFC 3597 section 4 allows it).
/// Used where zones are compiled and by clients, not while a query is answered. Grows as needed; a message above 65,535
/// bytes is the caller's to refuse.
/// </summary>
internal sealed class RecordWriter
{
    private const int LastPointerTarget = 0x3FFF;
    private readonly Dictionary<DnsName, int> _written = [];
    private byte[] _bytes = new byte[512];

    /// <summary>How much is written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Where pointers stand, and where they point to.</summary>
    public List<(int At, int Target)> Pointers { get; } = [];

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes over what is written already.</summary>
    public void PatchUInt16(int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(at, 2), value);

    public void WriteName(DnsName name, bool compress = true)
    {
        for (var rest = name; rest is not null && rest.Bytes.Length > 1; rest = rest.Parent)
        {
            if (compress && _written.TryGetValue(rest, out var target))
            {
                Pointers.Add((Length, target));
                WriteUInt16((ushort)((Protocol.PointerBits << 8) | target));
                return;
            }

            if (Length <= LastPointerTarget)
                _written.TryAdd(rest, Length);
            WriteBytes(rest.Bytes[..(1 + rest.Bytes[0])]);
        }

        WriteByte(0);
    }

    public void WriteQuestion(DnsName name, RecordType type)
    {
        WriteName(name);
        WriteUInt16((ushort)type);
        WriteUInt16(Protocol.ClassInternet);
    }

    public void WriteRecord(ResourceRecord record)
    {
        WriteName(record.Owner);
        WriteUInt16((ushort)record.Type);
        WriteUInt16(Protocol.ClassInternet);
        WriteUInt32(record.Ttl);
        var length = Length;
        WriteUInt16(0);
        WriteData(record.Data);
        PatchUInt16(length, checked((ushort)(Length - length - 2)));
    }

    private void WriteData(RecordData data)
    {
        switch (data)
        {
            case AddressData { Address: var address }:
                var size = address.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
                address.TryWriteBytes(Take(size), out _);
                break;
            case AliasData alias:
                WriteName(alias.Target);
                break;
            case NameServerData server:
                WriteName(server.Server);
                break;
            case AuthorityData soa:
                WriteName(soa.Server);
                WriteName(soa.Mailbox);
                foreach (var number in (ReadOnlySpan<uint>)[soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minimum])
                    WriteUInt32(number);
                break;
            case TextData text:
                foreach (var piece in text.Pieces)
                    WriteText(piece);
                break;
            case ServiceData service:
                WriteUInt16(service.Priority);
                WriteUInt16(service.Weight);
                WriteUInt16(service.Port);
                WriteName(service.Target, compress: false);
                break;
            case IssuerData issuer:
                WriteByte(issuer.Critical ? (byte)0x80 : (byte)0);
                WriteText(issuer.Tag);
                Encoding.Latin1.GetBytes(issuer.Value, Take(issuer.Value.Length));
                break;
            case HostData host:
                WriteText(host.Processor);
                WriteText(host.System);
                break;
            case OpaqueData opaque:
                WriteBytes(opaque.Bytes.AsSpan());
                break;
            default:
                throw new InvalidOperationException($"no form for {data.GetType().Name}");
        }
    }

    private void WriteText(string text)
    {
        WriteByte(checked((byte)text.Length));
        Encoding.Latin1.GetBytes(text, Take(text.Length));
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
