using System.Globalization;
using System.Numerics;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Dids;

/// <summary><c>did:key</c>: a DID that is its own key (The did:key Method v0.9). Of its kinds of keys Ed25519 and P-256 are taken. Pure.</summary>
public static class DidKey
{
    /// <summary>The method's name.</summary>
    public const string Method = "key";

    private const string Prefix = "did:key:z";
    private const int Coordinate = 32;

    /// <summary>Multicodec <c>ed25519-pub</c> (0xed) as a variable-length number.</summary>
    private static readonly byte[] Ed25519 = [0xed, 0x01];

    /// <summary>Multicodec <c>p256-pub</c> (0x1200).</summary>
    private static readonly byte[] P256 = [0x80, 0x24];

    /// <summary>The field of P-256 (SEC 2, section 2.4.2), and its b; a is -3.</summary>
    private static readonly BigInteger Field = BigInteger.Parse("0ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static readonly BigInteger B = BigInteger.Parse("05ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The DID of a key.</summary>
    public static string Of(PublicJwk key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var x = Base64UrlText.Decode(key.X)!;
        return Prefix + Base58.Encode(key.Curve == PublicJwk.P256 ? [.. P256, (byte)(2 + (Base64UrlText.Decode(key.Y)![^1] & 1)), .. x] : [.. Ed25519, .. x]);
    }

    /// <summary>The key of a DID.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="problem">Why it has none, in words that go on after the DID.</param>
    public static PublicJwk? KeyOf(string did, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(did);
        problem = "is no did:key of Ed25519 or P-256";
        if (!did.StartsWith(Prefix, StringComparison.Ordinal) || Base58.Decode(did.AsSpan(Prefix.Length)) is not { } bytes)
            return null;
        var key = bytes.Length == Ed25519.Length + Coordinate && bytes.AsSpan().StartsWith(Ed25519) ? PublicJwk.Of(bytes.AsSpan(Ed25519.Length))
            : bytes.Length == P256.Length + 1 + Coordinate && bytes.AsSpan().StartsWith(P256) ? Decompress(bytes.AsSpan(P256.Length))
            : null;
        if (key is not null)
            problem = null;
        return key;
    }

    /// <summary>A point from its x and the parity of its y (SEC 1, section 2.3.4); null where there is none. The field's prime is 3 modulo 4.</summary>
    private static PublicJwk? Decompress(ReadOnlySpan<byte> point)
    {
        var x = new BigInteger(point[1..], isUnsigned: true, isBigEndian: true);
        if (point[0] is not (2 or 3) || x >= Field)
            return null;
        var square = (BigInteger.ModPow(x, 3, Field) + ((Field - 3) * x) + B) % Field;
        var y = BigInteger.ModPow(square, (Field + 1) / 4, Field);
        if (BigInteger.ModPow(y, 2, Field) != square)
            return null;
        if (y.IsEven != (point[0] == 2))
            y = Field - y;
        var bytes = new byte[Coordinate];
        var written = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(bytes.AsSpan(Coordinate - written.Length));
        return new PublicJwk(PublicJwk.P256, Base64UrlText.Encode(point[1..]), Base64UrlText.Encode(bytes));
    }
}
