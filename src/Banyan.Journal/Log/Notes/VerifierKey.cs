using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Signing;

namespace Banyan.Journal.Log.Notes;

/// <summary>
/// A public key with the name that it signs under (C2SP signed-note, Verifier keys): text <c>name+hex id+base64(type, key)</c>.
/// Name and id together tell it apart from others. Immutable; equal by its text.
/// </summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    private const int LongestName = 255;

    private readonly string _text;
    private readonly byte[] _publicKey;

    private VerifierKey(string name, SignatureType type, byte[] publicKey)
    {
        (Name, Type, _publicKey) = (name, type, publicKey);
        Id = IdOf(name, type, publicKey);
        _text = string.Create(CultureInfo.InvariantCulture, $"{name}+{Id:x8}+{Convert.ToBase64String([(byte)type, .. publicKey])}");
    }

    /// <summary>Who signs.</summary>
    public string Name { get; }

    /// <summary>The first four bytes of SHA-256(name, newline, type, key).</summary>
    public uint Id { get; }

    /// <summary>What its signatures are over.</summary>
    public SignatureType Type { get; }

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>The key of this name.</summary>
    /// <exception cref="ArgumentException">The name can't be one (<see cref="IsName"/>), or the key is not 32 bytes long.</exception>
    public static VerifierKey Of(string name, SignatureType type, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
            throw new ArgumentException($"'{name}' is no key name: it has 1 to {LongestName} characters, none of them a space, a plus or a control character.", nameof(name));
        if (publicKey.Length != Ed25519.PublicKeyLength)
            throw new ArgumentException($"A public key has {Ed25519.PublicKeyLength} bytes, not {publicKey.Length}.", nameof(publicKey));
        return new VerifierKey(name, type, publicKey.ToArray());
    }

    /// <summary>The same key under another name.</summary>
    /// <exception cref="ArgumentException">The name can't be one (<see cref="IsName"/>).</exception>
    public VerifierKey Named(string name) => Of(name, Type, _publicKey);

    /// <summary>Reads its text. False where it is of a kind that we don't check, or its id is not the one of name and key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        // Names hold no plus, base64 does: three parts at most.
        if (text?.Split('+', 3) is not [var name, { Length: 8 } id, var data] || !IsName(name))
            return false;
        Span<byte> bytes = stackalloc byte[1 + Ed25519.PublicKeyLength];
        if (data.Length != 44 || !Convert.TryFromBase64String(data, bytes, out var length) || length != bytes.Length || (SignatureType)bytes[0] is not (SignatureType.Ed25519 or SignatureType.Cosignature))
            return false;
        var parsed = new VerifierKey(name, (SignatureType)bytes[0], bytes[1..].ToArray());
        if (id != parsed.Id.ToString("x8", CultureInfo.InvariantCulture))
            return false;
        key = parsed;
        return true;
    }

    /// <summary>Whether a key can have this name: no Unicode spaces, no plus, no control characters, not empty.</summary>
    public static bool IsName([NotNullWhen(true)] string? name)
    {
        if (name is not { Length: > 0 and <= LongestName })
            return false;
        foreach (var c in name)
        {
            if (c == '+' || char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) || c == '\uFFFD')
                return false;
        }

        return true;
    }

    /// <summary>Whether the signature, as it stands in a note without its key id, is this key's over the text.</summary>
    internal bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
    {
        if (Type == SignatureType.Ed25519)
            return Ed25519.Verify(_publicKey, text, signature);
        return signature.Length == Cosignature.Length && Cosignature.TimeOf(signature) is > 0 and var time && Ed25519.Verify(_publicKey, Cosignature.Message(time, text), signature[sizeof(long)..]);
    }

    /// <inheritdoc/>
    public bool Equals(VerifierKey? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Its text.</summary>
    public override string ToString() => _text;

    private static uint IdOf(string name, SignatureType type, ReadOnlySpan<byte> publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey]));
}
