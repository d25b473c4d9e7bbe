namespace Banyan.Services.Identity.Credentials;

/// <summary>A credential of how well a person is known, as the partition has it; the holder's DID still sealed. Immutable.</summary>
internal sealed record IssuedCredential(
    Guid Id, string Subject, int Level, DateTimeOffset VerifiedAt, byte[]? Holder, int List, int? Entry, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, string? RevokedFor)
{
    /// <summary><c>valid</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public string StateAt(DateTimeOffset now) => RevokedAt is not null ? "revoked" : ExpiresAt <= now || Entry is null ? "expired" : "valid";
}
