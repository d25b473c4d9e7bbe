using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Cells.Access.Tokens;

/// <summary>
/// Tokens that were verified before, by their SHA-256: the token itself is not kept. Only good ones are: a forged one costs
/// its sender another attempt each time (<see cref="Gateway.Limits.GatewayLimits"/>). Thread-safe.
/// </summary>
internal sealed class TokenCache(int most)
{
    private readonly BoundedCache<Digest, VerifiedToken> _verified = new(most);

    public int Count => _verified.Count;

    public VerifiedToken? Find(in Digest digest) => _verified.TryGet(digest, out var token) ? token : null;

    public void Keep(in Digest digest, VerifiedToken token) => _verified.Set(digest, token);

    public void Forget(in Digest digest) => _verified.Remove(digest);

    /// <summary>A token's digest; false where it is longer than any token is, or not ASCII.</summary>
    public static bool TryDigest(ReadOnlySpan<char> token, out Digest digest)
    {
        digest = default;
        if (token.Length > TokenRules.LongestToken)
            return false;
        Span<byte> bytes = stackalloc byte[token.Length];
        if (Ascii.FromUtf16(token, bytes, out var length) != System.Buffers.OperationStatus.Done)
            return false;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..length], hash);
        digest = MemoryMarshal.Read<Digest>(hash);
        return true;
    }

    /// <summary>256 bits. The first 64 are as good a hash as any: nobody can choose them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Digest(long A, long B, long C, long D)
    {
        public override int GetHashCode() => A.GetHashCode();
    }
}
