using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Credentials;

/// <summary>Refusals that several endpoints of credentials share.</summary>
internal static class CredentialRefusals
{
    /// <summary>did:web has no form for it.</summary>
    public static IResult NoDid => Refusals.Conflict("The platform's address (identity:issuer) is no domain name by HTTPS, so its organisations have no DID: issue from a platform that has one.");

    /// <summary>Of a credential that can't be given (again).</summary>
    public static IResult Over => Refusals.Conflict("The credential is over or was revoked; ask for another.");
}
