namespace Banyan.Routing.Dns.Records;

/// <summary>Types of records and of questions (IANA "Resource Record (RR) TYPEs"). Any other number is a type, too.</summary>
public enum RecordType : ushort
{
    None = 0,

    /// <summary>An IPv4 address (RFC 1035).</summary>
    A = 1,

    /// <summary>A name server of the zone (RFC 1035).</summary>
    NS = 2,

    /// <summary>The name is another's alias (RFC 1035).</summary>
    CNAME = 5,

    /// <summary>Where the zone's authority starts (RFC 1035, 2308).</summary>
    SOA = 6,

    /// <summary>About the host; what a question for everything gets (RFC 8482).</summary>
    HINFO = 13,

    /// <summary>Text (RFC 1035).</summary>
    TXT = 16,

    /// <summary>An IPv6 address (RFC 3596).</summary>
    AAAA = 28,

    /// <summary>Where a service is (RFC 2782).</summary>
    SRV = 33,

    /// <summary>EDNS(0): not a record, but a message's extension (RFC 6891).</summary>
    OPT = 41,

    /// <summary>Incremental zone transfer (RFC 1995); not offered.</summary>
    IXFR = 251,

    /// <summary>Zone transfer (RFC 5936); not offered.</summary>
    AXFR = 252,

    /// <summary>A question for everything (RFC 8482).</summary>
    ANY = 255,

    /// <summary>Who may issue certificates (RFC 8659).</summary>
    CAA = 257,
}
