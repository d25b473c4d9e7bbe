using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Banyan.Cells.Access.Tokens;

/// <summary>
/// Public keys ready for use. One instance of a key serves one thread at a time, as its documentation asks; there are as
/// many as threads ever met. Thread-safe.
/// </summary>
internal sealed class PublicKeys
{
    private const int MostKeys = 1_000;
    private const int Coordinate = 32;

    private readonly ConcurrentDictionary<string, Ready> _ready = new(StringComparer.Ordinal);

    /// <summary>Whether <paramref name="signature"/> (R and S, 64 bytes: RFC 7518 section 3.4) is that of <paramref name="data"/> by the key. False also for a key that is no point of P-256.</summary>
    public bool Verify(SigningKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * Coordinate)
            return false;
        if (!_ready.TryGetValue(key.KeyId, out var ready) || ready.Key != key)
        {
            if (_ready.Count >= MostKeys)
                _ready.Clear(); // keys of the past; those in use are made again
            _ready[key.KeyId] = ready = new Ready(key);
        }

        var ecdsa = ready.Idle.TryTake(out var idle) ? idle : TryMake(key);
        if (ecdsa is null)
            return false;
        try
        {
            return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            ready.Idle.Add(ecdsa);
        }
    }

    private static ECDsa? TryMake(SigningKey key)
    {
        var (x, y) = (new byte[Coordinate], new byte[Coordinate]);
        if (!StrictBase64Url.TryDecode(key.X, x, out var lengthX) || !StrictBase64Url.TryDecode(key.Y, y, out var lengthY) || lengthX != Coordinate || lengthY != Coordinate)
            return null;
        try
        {
            return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            return null; // not on the curve
        }
    }

    private sealed record Ready(SigningKey Key)
    {
        public ConcurrentBag<ECDsa> Idle { get; } = [];
    }
}
