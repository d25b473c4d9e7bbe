using System.Security.Cryptography;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Services.Identity.Credentials;

/// <summary>A key by which the organisation signs credentials. Thread-safe.</summary>
/// <param name="Id">The thumbprint of <paramref name="Public"/>.</param>
/// <param name="Public">What others check by.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SignsFrom">It signs nothing before.</param>
/// <param name="WithdrawnAt">When it was withdrawn; null: it was not.</param>
/// <param name="Pair">The key itself; null once it was withdrawn.</param>
internal sealed record IssuerKey(string Id, PublicJwk Public, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, DateTimeOffset? WithdrawnAt, ECDsa? Pair) : IDisposable
{
    private readonly Lock _lock = new();

    /// <summary>The signature as JWS has it: r and s, 32 bytes each (RFC 7518, section 3.4).</summary>
    public byte[] Sign(byte[] data)
    {
        lock (_lock)
            return (Pair ?? throw new InvalidOperationException("A key that was withdrawn signs nothing.")).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose() => Pair?.Dispose();
}
