namespace Banyan.Engines.Credentials.Checking;

/// <summary>What can be wrong with a credential or a presentation: stable codes, told to people and programs.</summary>
public static class CredentialFault
{
    /// <summary>It is no JWS, or its payload is no credential of W3C's data model 2.0.</summary>
    public const string Malformed = "malformed";

    /// <summary>It is signed by no algorithm that is taken, or by another than its key's.</summary>
    public const string Algorithm = "algorithm";

    /// <summary>Its header asks for what is not taken.</summary>
    public const string Header = "header";

    /// <summary>Its <c>typ</c> is another.</summary>
    public const string Type = "type";

    /// <summary>Who issued it is none of those who are believed.</summary>
    public const string IssuerUntrusted = "issuer-untrusted";

    /// <summary>Its <c>kid</c> is a key of somebody else.</summary>
    public const string KeyForeign = "key-foreign";

    /// <summary>Its <c>kid</c> is none of the keys that are good for it now: it was withdrawn, is too old, or never was one.</summary>
    public const string KeyUnknown = "key-unknown";

    /// <summary>The DID document can't be had.</summary>
    public const string DocumentAway = "document-away";

    /// <summary>What was found is not the DID's document.</summary>
    public const string DocumentWrong = "document-wrong";

    /// <summary>The signature is not that of the key.</summary>
    public const string Signature = "signature";

    /// <summary>It is not valid yet.</summary>
    public const string NotYetValid = "not-yet-valid";

    /// <summary>It is valid no longer.</summary>
    public const string Expired = "expired";

    /// <summary>Its status list can't be had.</summary>
    public const string StatusAway = "status-away";

    /// <summary>What was found is not its issuer's status list, or does not hold its entry.</summary>
    public const string StatusWrong = "status-wrong";

    /// <summary>Its issuer revoked it, for good.</summary>
    public const string Revoked = "revoked";

    /// <summary>Its issuer suspended it.</summary>
    public const string Suspended = "suspended";

    /// <summary>It is bound to no key, so whoever shows it proves nothing.</summary>
    public const string NotBound = "not-bound";

    /// <summary>It is bound to another key than the one that presents it.</summary>
    public const string HolderOther = "holder-other";

    /// <summary>The presentation was made for another question.</summary>
    public const string Nonce = "nonce";

    /// <summary>The presentation was made for somebody else.</summary>
    public const string Audience = "audience";

    /// <summary>The hash of its issuer's DID document on the chain is another, or is not there.</summary>
    public const string Registry = "registry";
}
