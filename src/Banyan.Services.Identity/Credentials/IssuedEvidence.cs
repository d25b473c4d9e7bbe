namespace Banyan.Services.Identity.Credentials;

/// <summary>What was attested of a drill, as the partition has it. Immutable.</summary>
/// <param name="Claims">JSON: the credential's subject.</param>
internal sealed record IssuedEvidence(Guid Id, Guid Receipt, string Claims, int List, int Entry, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt)
{
    /// <summary><c>valid</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public string StateAt(DateTimeOffset now) => RevokedAt is not null ? "revoked" : ExpiresAt <= now ? "expired" : "valid";
}
