using System.Collections;
using System.Numerics;

namespace Banyan.Engines.Evm.Abi;

/// <summary>What is taken for a value of a type, beside what decoding gives.</summary>
internal static class AbiValues
{
    public static BigInteger? ToInteger(object value) => value switch
    {
        BigInteger number => number,
        UInt256 number => number.ToBigInteger(),
        int number => number,
        uint number => number,
        long number => number,
        ulong number => number,
        UInt128 number => number,
        Int128 number => number,
        byte number => number,
        short number => number,
        ushort number => number,
        sbyte number => number,
        _ => null,
    };

    public static ReadOnlyMemory<byte>? ToBytes(object value) => value switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes,
        EvmHash hash => hash.ToArray(),
        _ => null,
    };

    public static IReadOnlyList<object>? ToList(object value) => value switch
    {
        byte[] => null,
        IReadOnlyList<object> list => list,
        IEnumerable items and not string => [.. items.Cast<object>()],
        System.Runtime.CompilerServices.ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i]!)],
        _ => null,
    };
}
