namespace Banyan.Routing.Dns.Records;

/// <summary>A record of class IN. Immutable.</summary>
/// <param name="Owner">The name that it is about.</param>
/// <param name="Ttl">How many seconds it may be kept; at most 2^31 - 1 (RFC 2181 section 8).</param>
/// <param name="Data">What it says.</param>
public sealed record ResourceRecord(DnsName Owner, uint Ttl, RecordData Data)
{
    public RecordType Type => Data.Type;
}
