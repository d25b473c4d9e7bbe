using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Banyan.Engines.Evm.Hashing;

/// <summary>
/// Keccak-256 as Ethereum uses it: the Keccak submission's padding (0x01), not that of FIPS 202, so .NET's and OpenSSL 3.0's SHA3
/// do not do. Pure; thread-safe.
/// </summary>
public static class Keccak256
{
    private const int Rate = 136;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static EvmHash Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[EvmHash.Length];
        Hash(data, digest);
        return EvmHash.FromBytes(digest);
    }

    /// <summary>Writes the 32 bytes of the hash of <paramref name="data"/>; the two may overlap.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            data = data[Rate..];
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        for (var i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], state[i]);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        var lanes = MemoryMarshal.Cast<byte, ulong>(block);
        for (var i = 0; i < lanes.Length; i++)
            state[i] ^= BitConverter.IsLittleEndian ? lanes[i] : BinaryPrimitives.ReverseEndianness(lanes[i]);
        Permute(state);
    }

    /// <summary>Keccak-f[1600]: theta, rho, pi, chi, iota, with all lanes in locals (five times as fast as in an array).</summary>
    private static void Permute(Span<ulong> s)
    {
        s = s[..25];
        ulong a00 = s[0], a01 = s[1], a02 = s[2], a03 = s[3], a04 = s[4], a05 = s[5], a06 = s[6], a07 = s[7], a08 = s[8], a09 = s[9], a10 = s[10], a11 = s[11], a12 = s[12],
            a13 = s[13], a14 = s[14], a15 = s[15], a16 = s[16], a17 = s[17], a18 = s[18], a19 = s[19], a20 = s[20], a21 = s[21], a22 = s[22], a23 = s[23], a24 = s[24];
        foreach (var constant in RoundConstants)
        {
            ulong c0 = a00 ^ a05 ^ a10 ^ a15 ^ a20, c1 = a01 ^ a06 ^ a11 ^ a16 ^ a21, c2 = a02 ^ a07 ^ a12 ^ a17 ^ a22, c3 = a03 ^ a08 ^ a13 ^ a18 ^ a23, c4 = a04 ^ a09 ^ a14 ^ a19 ^ a24;
            ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1), d1 = c0 ^ BitOperations.RotateLeft(c2, 1), d2 = c1 ^ BitOperations.RotateLeft(c3, 1),
                d3 = c2 ^ BitOperations.RotateLeft(c4, 1), d4 = c3 ^ BitOperations.RotateLeft(c0, 1);
            var b00 = a00 ^ d0;
            ulong b10 = BitOperations.RotateLeft(a01 ^ d1, 1), b20 = BitOperations.RotateLeft(a02 ^ d2, 62), b05 = BitOperations.RotateLeft(a03 ^ d3, 28), b15 = BitOperations.RotateLeft(a04 ^ d4, 27);
            ulong b16 = BitOperations.RotateLeft(a05 ^ d0, 36), b01 = BitOperations.RotateLeft(a06 ^ d1, 44), b11 = BitOperations.RotateLeft(a07 ^ d2, 6), b21 = BitOperations.RotateLeft(a08 ^ d3, 55), b06 = BitOperations.RotateLeft(a09 ^ d4, 20);
            ulong b07 = BitOperations.RotateLeft(a10 ^ d0, 3), b17 = BitOperations.RotateLeft(a11 ^ d1, 10), b02 = BitOperations.RotateLeft(a12 ^ d2, 43), b12 = BitOperations.RotateLeft(a13 ^ d3, 25), b22 = BitOperations.RotateLeft(a14 ^ d4, 39);
            ulong b23 = BitOperations.RotateLeft(a15 ^ d0, 41), b08 = BitOperations.RotateLeft(a16 ^ d1, 45), b18 = BitOperations.RotateLeft(a17 ^ d2, 15), b03 = BitOperations.RotateLeft(a18 ^ d3, 21), b13 = BitOperations.RotateLeft(a19 ^ d4, 8);
            ulong b14 = BitOperations.RotateLeft(a20 ^ d0, 18), b24 = BitOperations.RotateLeft(a21 ^ d1, 2), b09 = BitOperations.RotateLeft(a22 ^ d2, 61), b19 = BitOperations.RotateLeft(a23 ^ d3, 56), b04 = BitOperations.RotateLeft(a24 ^ d4, 14);
            a00 = b00 ^ (~b01 & b02) ^ constant;
            a01 = b01 ^ (~b02 & b03);
            a02 = b02 ^ (~b03 & b04);
            a03 = b03 ^ (~b04 & b00);
            a04 = b04 ^ (~b00 & b01);
            a05 = b05 ^ (~b06 & b07);
            a06 = b06 ^ (~b07 & b08);
            a07 = b07 ^ (~b08 & b09);
            a08 = b08 ^ (~b09 & b05);
            a09 = b09 ^ (~b05 & b06);
            a10 = b10 ^ (~b11 & b12);
            a11 = b11 ^ (~b12 & b13);
            a12 = b12 ^ (~b13 & b14);
            a13 = b13 ^ (~b14 & b10);
            a14 = b14 ^ (~b10 & b11);
            a15 = b15 ^ (~b16 & b17);
            a16 = b16 ^ (~b17 & b18);
            a17 = b17 ^ (~b18 & b19);
            a18 = b18 ^ (~b19 & b15);
            a19 = b19 ^ (~b15 & b16);
            a20 = b20 ^ (~b21 & b22);
            a21 = b21 ^ (~b22 & b23);
            a22 = b22 ^ (~b23 & b24);
            a23 = b23 ^ (~b24 & b20);
            a24 = b24 ^ (~b20 & b21);
        }

        (s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12]) = (a00, a01, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12);
        (s[13], s[14], s[15], s[16], s[17], s[18], s[19], s[20], s[21], s[22], s[23], s[24]) = (a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24);
    }
}
