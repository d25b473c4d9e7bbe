using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Banyan.Journal.Log.Merkle;

/// <summary>A SHA-256 hash of the tree: 32 bytes by value, no allocation. Its text is base64 with padding, as C2SP's formats write it.</summary>
public struct MerkleHash : IEquatable<MerkleHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    /// <summary>Characters of its text.</summary>
    public const int TextLength = 44;

    private Words _words;

    /// <exception cref="ArgumentException">It is not 32 bytes long.</exception>
    public MerkleHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(MemoryMarshal.AsBytes((Span<ulong>)_words));
    }

    /// <summary>Writes the 32 bytes.</summary>
    public readonly void CopyTo(Span<byte> destination) => MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)_words).CopyTo(destination);

    /// <summary>The 32 bytes, copied.</summary>
    public readonly byte[] ToArray() => MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)_words).ToArray();

    /// <summary>Reads base64 with padding: exactly what <see cref="ToString"/> writes, nothing looser.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MerkleHash hash)
    {
        hash = default;
        return text is { Length: TextLength } && Convert.TryFromBase64String(text, hash.Writable, out var length) && length == Length && hash.ToString() == text;
    }

    /// <inheritdoc cref="TryParse(string?, out MerkleHash)"/>
    public static bool TryParse(ReadOnlySpan<byte> text, out MerkleHash hash)
    {
        hash = default;
        if (text.Length != TextLength || Base64.DecodeFromUtf8(text, hash.Writable, out _, out var length) != System.Buffers.OperationStatus.Done || length != Length)
            return false;
        Span<byte> again = stackalloc byte[TextLength];
        Base64.EncodeToUtf8(hash.Bytes, again, out _, out _);
        return again.SequenceEqual(text);
    }

    /// <inheritdoc/>
    public readonly bool Equals(MerkleHash other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is MerkleHash other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => _words[0].GetHashCode();

    /// <summary>Base64.</summary>
    public override readonly string ToString() => Convert.ToBase64String(Bytes);

    public static bool operator ==(MerkleHash left, MerkleHash right) => left.Equals(right);

    public static bool operator !=(MerkleHash left, MerkleHash right) => !left.Equals(right);

    /// <summary>The bytes in place; for as long as the value itself stays where it is.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)_words);

    /// <summary>The bytes in place, to be filled.</summary>
    [UnscopedRef]
    internal Span<byte> Writable => MemoryMarshal.AsBytes((Span<ulong>)_words);

    [InlineArray(Length / sizeof(ulong))]
    private struct Words
    {
        private ulong _first;
    }
}
