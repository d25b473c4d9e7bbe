using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

/// <summary>A type with a value for it.</summary>
internal sealed record AbiCase(AbiType Type, object Value)
{
    public override string ToString() => Type.Name;
}

/// <summary>Types of every kind, in one another, with values for them.</summary>
internal static class AbiValueGenerator
{
    public static Gen<AbiCase> Cases { get; } = Gen.Choose(0, int.MaxValue).Select(Of);

    public static AbiCase Of(int seed)
    {
        var random = new Random(seed);
        var type = TypeOf(random, 3);
        return new AbiCase(type, ValueOf(random, type));
    }

    private static AbiType TypeOf(Random random, int depth) => random.Next(depth > 0 ? 10 : 7) switch
    {
        0 => AbiType.Parse($"uint{8 * random.Next(1, 33)}"),
        1 => AbiType.Parse($"int{8 * random.Next(1, 33)}"),
        2 => AbiType.Parse("bool"),
        3 => AbiType.Parse("address"),
        4 => AbiType.Parse($"bytes{random.Next(1, 33)}"),
        5 => AbiType.Parse("bytes"),
        6 => AbiType.Parse("string"),
        7 => TypeOf(random, depth - 1).ArrayOf(),
        8 => TypeOf(random, depth - 1).ArrayOf(random.Next(4)),
        _ => AbiType.TupleOf([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new AbiParameter(TypeOf(random, depth - 1)))]),
    };

    private static object ValueOf(Random random, AbiType type)
    {
        switch (type.Kind)
        {
            case AbiKind.UInt:
                return BigInteger.Abs(Number(random, type.Size));
            case AbiKind.Int:
                return Number(random, type.Size - 1) - random.Next(2);
            case AbiKind.Bool:
                return random.Next(2) == 0;
            case AbiKind.Address:
                return EvmAddress.FromBytes(Bytes(random, 20));
            case AbiKind.FixedBytes:
                return Bytes(random, type.Size);
            case AbiKind.Bytes:
                return Bytes(random, random.Next(70));
            case AbiKind.String:
                return string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => "aé☃🌳"[random.Next(3)]));
            case AbiKind.Array:
                return Enumerable.Range(0, type.Size >= 0 ? type.Size : random.Next(4)).Select(_ => ValueOf(random, type.Item!)).ToArray();
            default:
                return type.Members.Select(m => ValueOf(random, m.Type)).ToArray();
        }
    }

    private static BigInteger Number(Random random, int bits) => new BigInteger(Bytes(random, 32)) % (BigInteger.One << bits);

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
