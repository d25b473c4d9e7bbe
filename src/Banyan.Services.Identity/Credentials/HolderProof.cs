using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Personal;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// A wallet's proof that it has the key that a credential is to be bound to: a JWT as OpenID for Verifiable Credential Issuance has
/// it (typ <c>openid4vci-proof+jwt</c>), over a nonce that was given to this person. Nonces are not stored: they carry their end,
/// and a keyed hash that binds them to who asked. Thread-safe.
/// </summary>
internal sealed class HolderProof(IKeyVault vault, IdentitySettings settings, TimeProvider time)
{
    /// <summary>The longest proof, in characters.</summary>
    public const int Longest = 4096;

    private const string Type = "openid4vci-proof+jwt";
    private const string Kind = "identity.holder-nonce";

    /// <summary>How long a nonce is good.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>What proofs name in <c>aud</c>.</summary>
    public string Audience => settings.Issuer;

    /// <summary>A nonce for a person.</summary>
    public (string Nonce, DateTimeOffset ExpiresAt) Challenge(string subject)
    {
        var ends = time.GetUtcNow() + Lifetime;
        return (NonceOf(subject, ends.ToUnixTimeSeconds()), ends);
    }

    /// <summary>The DID of the wallet's key.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="subject">Who brings it.</param>
    /// <param name="problem">What is wrong with it, in words that go on after "proof".</param>
    public string? Check(string proof, string subject, out string problem)
    {
        if (!JwsText.TryParse(proof, Longest, out var jws, out _, out problem))
            return null;
        problem = $"is of another type than {Type}.";
        if (jws!.Type != Type)
            return null;
        problem = "names no key of a did:key or did:jwk of P-256 or Ed25519 in kid.";
        if (!Did.TrySplit(jws.KeyId, out var did, out _) || did.Length > 500 || DidDocument.OfKey(did, out _)?.Authentication.FirstOrDefault(m => m.Id == jws.KeyId) is not { } method)
            return null;
        problem = $"is for somebody else: aud is {Audience}.";
        if (StrictJson.Texts(jws.Payload, "aud")?.Contains(Audience) != true)
            return null;
        problem = "has a nonce that was not given to you, or is too old: ask for another.";
        if (!IsNonce(StrictJson.Text(jws.Payload, "nonce"), subject))
            return null;
        problem = "is not signed by its key.";
        try
        {
            return jws.IsSignedBy(method.Key) ? did : null;
        }
        catch (PlatformNotSupportedException)
        {
            problem = "is signed with Ed25519, which this cell can't check: use a key of P-256.";
            return null;
        }
    }

    private bool IsNonce(string? nonce, string subject) =>
        nonce is { Length: < 100 } && nonce.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && long.TryParse(nonce.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var ends)
        && ends > time.GetUtcNow().ToUnixTimeSeconds() && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(NonceOf(subject, ends)));

    private string NonceOf(string subject, long ends) => string.Create(CultureInfo.InvariantCulture, $"{ends}.{Base64UrlText.Encode(vault.Fingerprint(Kind, $"{subject} {ends}"))}");
}
