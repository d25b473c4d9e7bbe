using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Banyan.Engines.Evm.Abi;

/// <summary>Values to the bytes of the contract ABI specification (heads, then tails).</summary>
internal static class AbiEncoder
{
    /// <summary>Writes <paramref name="values"/> after <paramref name="prefix"/>.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> prefix, IReadOnlyList<AbiParameter> parameters, IReadOnlyList<object> values)
    {
        var writer = new ArrayBufferWriter<byte>(prefix.Length + (32 * (parameters.Count + 4)));
        writer.Write(prefix);
        Sequence(writer, parameters.Count, values, i => parameters[i].Type, i => parameters[i].Name is { Length: > 0 } name ? name : $"argument {i + 1}");
        return writer.WrittenSpan.ToArray();
    }

    private static void Sequence(ArrayBufferWriter<byte> writer, int count, IReadOnlyList<object> values, Func<int, AbiType> typeOf, Func<int, string> nameOf)
    {
        if (values.Count != count)
            throw new AbiException($"{values.Count} values, where {count} are asked for");
        var heads = 0;
        for (var i = 0; i < count; i++)
            heads += typeOf(i).HeadSize;
        ArrayBufferWriter<byte>? tails = null;
        for (var i = 0; i < count; i++)
        {
            var type = typeOf(i);
            try
            {
                if (!type.IsDynamic)
                {
                    Value(writer, type, values[i]);
                    continue;
                }

                tails ??= new ArrayBufferWriter<byte>();
                Number(writer, heads + tails.WrittenCount);
                Value(tails, type, values[i]);
            }
            catch (AbiException problem)
            {
                throw new AbiException($"{nameOf(i)}: {problem.Message}");
            }
        }

        if (tails is not null)
            writer.Write(tails.WrittenSpan);
    }

    private static void Value(ArrayBufferWriter<byte> writer, AbiType type, object value)
    {
        switch (type.Kind)
        {
            case AbiKind.UInt or AbiKind.Int:
                Integer(writer, type, AbiValues.ToInteger(value) ?? throw Not(type, value));
                break;
            case AbiKind.Bool:
                Number(writer, value is bool b ? b ? 1 : 0 : throw Not(type, value));
                break;
            case AbiKind.Address:
                (value is EvmAddress address ? address : throw Not(type, value)).CopyTo(Word(writer)[12..]);
                break;
            case AbiKind.FixedBytes or AbiKind.Function:
                if (value is EvmHash hash && type.Size == 32)
                {
                    hash.CopyTo(Word(writer));
                    break;
                }

                var exact = AbiValues.ToBytes(value) ?? throw Not(type, value);
                if (exact.Length != type.Size)
                    throw new AbiException($"{exact.Length} bytes for {type.Name}");
                exact.Span.CopyTo(Word(writer));
                break;
            case AbiKind.Bytes:
                Bytes(writer, (AbiValues.ToBytes(value) ?? throw Not(type, value)).Span);
                break;
            case AbiKind.String:
                Bytes(writer, Encoding.UTF8.GetBytes(value as string ?? throw Not(type, value)));
                break;
            case AbiKind.Array:
                var items = AbiValues.ToList(value) ?? throw Not(type, value);
                if (type.Size >= 0 && items.Count != type.Size)
                    throw new AbiException($"{items.Count} items for {type.Name}");
                if (type.Size < 0)
                    Number(writer, items.Count);
                Sequence(writer, items.Count, items, _ => type.Item!, static i => $"item {i}");
                break;
            case AbiKind.Tuple:
                Sequence(writer, type.Members.Count, AbiValues.ToList(value) ?? throw Not(type, value), i => type.Members[i].Type, i => type.Members[i].Name is { Length: > 0 } name ? name : $"member {i}");
                break;
            default:
                throw Not(type, value);
        }
    }

    private static void Integer(ArrayBufferWriter<byte> writer, AbiType type, BigInteger number)
    {
        var fits = type.Kind == AbiKind.UInt ? number.Sign >= 0 && number.GetBitLength() <= type.Size : number.GetBitLength() < type.Size;
        if (!fits)
            throw new AbiException($"{number} does not fit {type.Name}");
        var word = Word(writer);
        if (number.Sign < 0)
            word.Fill(0xff);
        var size = number.GetByteCount(isUnsigned: number.Sign >= 0);
        number.TryWriteBytes(word[(32 - size)..], out _, isUnsigned: number.Sign >= 0, isBigEndian: true);
    }

    private static void Bytes(ArrayBufferWriter<byte> writer, ReadOnlySpan<byte> bytes)
    {
        Number(writer, bytes.Length);
        var padded = (bytes.Length + 31) / 32 * 32;
        var span = writer.GetSpan(padded)[..padded];
        span.Clear();
        bytes.CopyTo(span);
        writer.Advance(padded);
    }

    private static void Number(ArrayBufferWriter<byte> writer, int number) => BinaryPrimitives.WriteInt32BigEndian(Word(writer)[28..], number);

    private static Span<byte> Word(ArrayBufferWriter<byte> writer)
    {
        var word = writer.GetSpan(32)[..32];
        word.Clear();
        writer.Advance(32);
        return word;
    }

    private static AbiException Not(AbiType type, object? value) => new($"{value?.GetType().Name ?? "null"} is not a value for {type.Name}");
}
