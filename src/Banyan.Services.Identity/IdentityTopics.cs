namespace Banyan.Services.Identity;

/// <summary>The journal topics of this service. None of them carries personal data: people are their subject, a pseudonym.</summary>
public static class IdentityTopics
{
    /// <summary>Accounts: made, their roles, state, verification and password changed.</summary>
    public const string Accounts = "identity.accounts";

    /// <summary>Logins that failed or succeeded, sessions and grants that began, were refreshed or ended.</summary>
    public const string Sessions = "identity.sessions";

    /// <summary>Clients, API keys, signing keys, keys of issuers, invitations, and credentials that are about nobody.</summary>
    public const string Credentials = "identity.credentials";

    /// <summary>Cases of know-your-customer, and decisions on them.</summary>
    public const string Cases = "identity.cases";

    /// <summary>Verifiable credentials that were issued to people, and revoked.</summary>
    public const string Issued = "identity.issued";

    /// <summary>That a message waits to be sent; neither its address nor its text.</summary>
    public const string Messages = "identity.messages";
}
