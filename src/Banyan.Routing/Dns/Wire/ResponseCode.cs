namespace Banyan.Routing.Dns.Wire;

/// <summary>Outcome of a query (RFC 1035 section 4.1.1, RFC 6891 section 9).</summary>
public enum ResponseCode : ushort
{
    NoError = 0,

    /// <summary>FORMERR: the query can't be read.</summary>
    FormatError = 1,

    /// <summary>SERVFAIL: the fault is the server's.</summary>
    ServerFailure = 2,

    /// <summary>NXDOMAIN: the zone has no such name.</summary>
    NameError = 3,

    /// <summary>NOTIMP: not a kind of request that is answered here.</summary>
    NotImplemented = 4,

    /// <summary>REFUSED: not a zone of this server's, or not for the public.</summary>
    Refused = 5,

    /// <summary>BADVERS: a version of EDNS above 0; its upper bits are in the OPT record.</summary>
    BadVersion = 16,
}
