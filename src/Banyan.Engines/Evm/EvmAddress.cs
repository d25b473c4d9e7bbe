using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm;

/// <summary>The address of an account: 20 bytes. Immutable; its text has the mixed-case checksum of EIP-55.</summary>
[JsonConverter(typeof(EvmAddressJson))]
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct EvmAddress
{
    /// <summary>Bytes of it.</summary>
    public const int Length = 20;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly uint _c;

    /// <summary>All zeros: nobody has its key.</summary>
    public static EvmAddress Zero => default;

    /// <summary>From exactly 20 bytes.</summary>
    public static EvmAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Length ? MemoryMarshal.Read<EvmAddress>(bytes) : throw new ArgumentException("an address has 20 bytes", nameof(bytes));

    /// <summary>Writes its 20 bytes.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>The address of the contract that an account creates with a transaction of that nonce: the last 20 bytes of keccak(rlp([sender, nonce])).</summary>
    public static EvmAddress OfContract(EvmAddress creator, ulong nonce)
    {
        Span<byte> buffer = stackalloc byte[64];
        Span<byte> bytes = stackalloc byte[Length];
        creator.CopyTo(bytes);
        var rlp = new RlpWriter(buffer);
        rlp.Number(nonce);
        rlp.Bytes(bytes);
        rlp.List(0);
        return FromHashOf(rlp.Written);
    }

    /// <summary>The address that CREATE2 gives (EIP-1014).</summary>
    public static EvmAddress OfContract(EvmAddress creator, EvmHash salt, ReadOnlySpan<byte> initCode)
    {
        Span<byte> buffer = stackalloc byte[85];
        buffer[0] = 0xff;
        creator.CopyTo(buffer[1..]);
        salt.CopyTo(buffer[21..]);
        Keccak256.Hash(initCode, buffer[53..]);
        return FromHashOf(buffer);
    }

    /// <summary>
    /// Reads <c>0x</c> and 40 hex digits. Digits of one case are taken as they are; mixed case must be the checksum of EIP-55,
    /// so that a mistyped address is refused.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EvmAddress address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Hex.TryRead(text, bytes))
            return false;
        var read = FromBytes(bytes);
        var digits = text[2..];
        if (digits.ContainsAnyInRange('A', 'F') && digits.ContainsAnyInRange('a', 'f') && !text.SequenceEqual(read.ToString()))
            return false;
        address = read;
        return true;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">It is not that, or its checksum is wrong.</exception>
    public static EvmAddress Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address: 0x and 40 hex digits, with the checksum of EIP-55 where cases are mixed");

    public override string ToString() => string.Create(2 + (2 * Length), this, static (text, address) =>
    {
        Span<byte> bytes = stackalloc byte[Length];
        address.CopyTo(bytes);
        Span<byte> ascii = stackalloc byte[2 * Length];
        Convert.TryToHexStringLower(bytes, ascii, out _);
        Span<byte> hash = stackalloc byte[EvmHash.Length];
        Keccak256.Hash(ascii, hash);
        (text[0], text[1]) = ('0', 'x');
        for (var i = 0; i < ascii.Length; i++)
        {
            var nibble = (i & 1) == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xf;
            text[2 + i] = (char)(nibble >= 8 && ascii[i] >= 'a' ? ascii[i] - 32 : ascii[i]);
        }
    });

    internal static EvmAddress FromHashOf(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[EvmHash.Length];
        Keccak256.Hash(data, hash);
        return FromBytes(hash[12..]);
    }
}
