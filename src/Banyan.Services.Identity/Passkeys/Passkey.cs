using Microsoft.AspNetCore.Identity;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>A passkey of a person, opened. Immutable.</summary>
/// <param name="Id">By which its person names it: <c>region.22 characters</c>.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="Handle">The user handle that it was made for.</param>
/// <param name="Credential">The credential's id, as the authenticator made it.</param>
/// <param name="PublicKey">A COSE key.</param>
/// <param name="Counter">The authenticator's count of signatures at the last login; 0 where it does not count.</param>
/// <param name="Transports">How it is reached.</param>
/// <param name="IsBackupEligible">Whether it may be copied to the person's other devices by whoever keeps it.</param>
/// <param name="IsBackedUp">Whether it is.</param>
internal sealed record Passkey(
    string Id, string Subject, string Handle, byte[] Credential, byte[] PublicKey, long Counter, string[] Transports, bool IsBackupEligible, bool IsBackedUp, DateTimeOffset CreatedAt)
{
    /// <summary>As the framework's handler takes it; without its counter, which <see cref="PasskeyTaking"/> judges.</summary>
    public UserPasskeyInfo ToInfo() => new(Credential, PublicKey, CreatedAt, 0, Transports, isUserVerified: true, IsBackupEligible, IsBackedUp, [], []);
}

/// <summary>A passkey as its person sees it.</summary>
/// <param name="Synced">Whether it may be on several devices.</param>
/// <param name="BackedUp">Whether a copy is kept.</param>
/// <param name="SuspectAt">When an answer of it was refused because its counter had gone back.</param>
internal sealed record PasskeyView(string Id, string? Name, bool Synced, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt, DateTimeOffset? SuspectAt);
