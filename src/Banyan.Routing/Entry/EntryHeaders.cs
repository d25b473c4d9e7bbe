namespace Banyan.Routing.Entry;

/// <summary>Header fields of the entry's own.</summary>
public static class EntryHeaders
{
    /// <summary>In a request: the region that it is for. In an answer: the region whose residents it is about.</summary>
    public const string Region = "Banyan-Region";

    /// <summary>In an answer: the region whose cell gave it, where that is another than <see cref="Region"/>.</summary>
    public const string ServedBy = "Banyan-Served-By";

    /// <summary>In a request: where the client is, as <c>lat,lon</c> or a <c>geo:</c> URI.</summary>
    public const string Location = "Banyan-Location";

    /// <summary>
    /// In a request: who the client is, in any words of up to 256 characters that stay the same. The same client stays on
    /// the same side of a policy's shares; without it all clients of one network (/24, /56) count as one.
    /// </summary>
    public const string Client = "Banyan-Client";

    /// <summary>In a request: it may be sent more than once, and the work is done once (draft-ietf-httpapi-idempotency-key-header).</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>The entry's name in <c>Via</c> (RFC 9110 section 7.6.3).</summary>
    public const string Pseudonym = "banyan";
}
