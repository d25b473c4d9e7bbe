using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Evm;

/// <summary>32 bytes: the hash of a block or transaction, a topic, a <c>bytes32</c>. Immutable; its text is <c>0x</c> and 64 hex digits.</summary>
[JsonConverter(typeof(EvmHashJson))]
[StructLayout(LayoutKind.Sequential)]
public readonly record struct EvmHash
{
    /// <summary>Bytes of it.</summary>
    public const int Length = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>All zeros.</summary>
    public static EvmHash Zero => default;

    /// <summary>From exactly 32 bytes.</summary>
    public static EvmHash FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Length ? MemoryMarshal.Read<EvmHash>(bytes) : throw new ArgumentException("a hash has 32 bytes", nameof(bytes));

    /// <summary>Writes its 32 bytes.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>A copy of its 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads <c>0x</c> and 64 hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EvmHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var ok = Hex.TryRead(text, bytes);
        hash = ok ? FromBytes(bytes) : default;
        return ok;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static EvmHash Parse(string text) => TryParse(text, out var hash) ? hash : throw new FormatException($"'{text}' is not 0x and 64 hex digits");

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Hex.Write(bytes);
    }
}
