using System.Collections.Immutable;
using System.Net;

namespace Banyan.Routing.Dns.Records;

/// <summary>What a record says. Immutable, equal by value.</summary>
public abstract record RecordData
{
    private protected RecordData()
    {
    }

    /// <summary>The type of the record that says it.</summary>
    public abstract RecordType Type { get; }
}

/// <summary>An address: A or AAAA by its family.</summary>
public sealed record AddressData(IPAddress Address) : RecordData
{
    public override RecordType Type => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? RecordType.A : RecordType.AAAA;
}

/// <summary>CNAME: the name is an alias of <paramref name="Target"/>.</summary>
public sealed record AliasData(DnsName Target) : RecordData
{
    public override RecordType Type => RecordType.CNAME;
}

/// <summary>NS.</summary>
public sealed record NameServerData(DnsName Server) : RecordData
{
    public override RecordType Type => RecordType.NS;
}

/// <summary>SOA (RFC 1035 section 3.3.13); times in seconds.</summary>
/// <param name="Server">The first name server.</param>
/// <param name="Mailbox">Whom to write to; the first label is the part before the @.</param>
/// <param name="Serial">Grows with each change.</param>
/// <param name="Minimum">How long the absence of something may be kept (RFC 2308 section 4).</param>
public sealed record AuthorityData(DnsName Server, DnsName Mailbox, uint Serial, uint Refresh, uint Retry, uint Expire, uint Minimum) : RecordData
{
    public override RecordType Type => RecordType.SOA;
}

/// <summary>TXT: one or more pieces of at most 255 bytes, each character of U+0000 to U+00FF one byte.</summary>
public sealed record TextData(ImmutableArray<string> Pieces) : RecordData
{
    public TextData(string text)
        : this([text])
    {
    }

    public override RecordType Type => RecordType.TXT;

    public bool Equals(TextData? other) => other is not null && Pieces.AsSpan().SequenceEqual(other.Pieces.AsSpan());

    public override int GetHashCode() => Pieces.Length == 0 ? 0 : HashCode.Combine(Pieces.Length, Pieces[0]);
}

/// <summary>SRV (RFC 2782).</summary>
/// <param name="Priority">The lowest is asked first.</param>
/// <param name="Weight">Share among those of one priority.</param>
public sealed record ServiceData(ushort Priority, ushort Weight, ushort Port, DnsName Target) : RecordData
{
    public override RecordType Type => RecordType.SRV;
}

/// <summary>CAA (RFC 8659).</summary>
/// <param name="Critical">An issuer that does not know the tag must not issue.</param>
/// <param name="Tag">Such as <c>issue</c>: 1 to 15 ASCII letters and digits.</param>
/// <param name="Value">Such as <c>ca.example</c>, or <c>;</c> for nobody.</param>
public sealed record IssuerData(bool Critical, string Tag, string Value) : RecordData
{
    public override RecordType Type => RecordType.CAA;
}

/// <summary>HINFO.</summary>
public sealed record HostData(string Processor, string System) : RecordData
{
    public override RecordType Type => RecordType.HINFO;
}

/// <summary>What is not known here, as it came (RFC 3597).</summary>
public sealed record OpaqueData(RecordType OpaqueType, ImmutableArray<byte> Bytes) : RecordData
{
    public override RecordType Type => OpaqueType;

    public bool Equals(OpaqueData? other) => other is not null && OpaqueType == other.OpaqueType && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    public override int GetHashCode() => HashCode.Combine(OpaqueType, Bytes.Length);
}
