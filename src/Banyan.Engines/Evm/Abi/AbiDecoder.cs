using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Banyan.Engines.Evm.Abi;

/// <summary>
/// Bytes of the contract ABI specification to values, from strangers: strict (padding must be what the encoder writes, numbers must fit their type,
/// text must be UTF-8), and limited in what it makes of how much: offsets may point to the same place again and again.
/// </summary>
internal ref struct AbiDecoder
{
    /// <summary>Bytes of data that are read at most.</summary>
    public const int MaxData = 16 << 20;

    private const int MaxDepth = 32;

    /// <summary>How much more values may be made than the data has words: legitimate data has fewer values than words.</summary>
    private const int Slack = 64;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _data;
    private long _budget;
    private int _depth;
    private string? _problem;

    private AbiDecoder(ReadOnlySpan<byte> data)
    {
        _data = data;
        _budget = data.Length + (32 * Slack);
    }

    public static bool TryDecode(IReadOnlyList<AbiParameter> parameters, ReadOnlySpan<byte> data, [NotNullWhen(true)] out object[]? values, [NotNullWhen(false)] out string? problem)
    {
        values = null;
        if (data.Length > MaxData)
        {
            problem = $"{data.Length} bytes, where {MaxData} are read at most";
            return false;
        }

        var decoder = new AbiDecoder(data);
        values = decoder.Sequence(parameters.Count, 0, parameters, null);
        problem = decoder._problem;
        if (problem is null && values is not null)
            return true;
        problem ??= "can't be read";
        values = null;
        return false;
    }

    private object[]? Sequence(int count, int start, IReadOnlyList<AbiParameter>? members, AbiType? item)
    {
        if (++_depth > MaxDepth)
            return Fail<object[]>("too deep");
        var values = new object[count];
        var at = start;
        for (var i = 0; i < count; i++)
        {
            var type = item ?? members![i].Type;
            var place = at;
            if (type.IsDynamic)
            {
                if (!TryNumber(at, out var offset) || start + (long)offset > _data.Length)
                    return Fail<object[]>($"an offset at byte {at} leads beyond the data");
                place = start + offset;
            }

            if (Value(type, place) is not { } value)
                return null;
            values[i] = value;
            at += type.HeadSize;
        }

        _depth--;
        return values;
    }

    private object? Value(AbiType type, int at)
    {
        _budget -= 32;
        if (_budget < 0)
            return Fail<object>("more values than the data has room for");
        switch (type.Kind)
        {
            case AbiKind.Array:
                var count = type.Size;
                if (count < 0)
                {
                    if (!TryNumber(at, out count))
                        return Fail<object>($"no length at byte {at}");
                    at += 32;
                }

                // Each item takes at least a word in its place, but for those of no size, such as uint256[0].
                if ((long)count * type.Item!.HeadSize > _data.Length - at || (long)count * 32 > _budget)
                    return Fail<object>($"{count} items at byte {at} are beyond the data");
                return Sequence(count, at, null, type.Item);
            case AbiKind.Tuple:
                return Sequence(type.Members.Count, at, type.Members, null);
            case AbiKind.Bytes or AbiKind.String:
                return Text(type, at);
            default:
                return at > _data.Length - 32 ? Fail<object>($"the data ends at byte {_data.Length}, within a word") : Word(type, _data.Slice(at, 32));
        }
    }

    private object? Text(AbiType type, int at)
    {
        if (!TryNumber(at, out var length) || length > _data.Length - at - 32 || (_budget -= length) < 0)
            return Fail<object>($"the bytes at byte {at} are beyond the data");
        var bytes = _data.Slice(at + 32, length);
        if (type.Kind == AbiKind.Bytes)
            return bytes.ToArray();
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Fail<object>($"the text at byte {at} is not UTF-8");
        }
    }

    private object? Word(AbiType type, ReadOnlySpan<byte> word)
    {
        switch (type.Kind)
        {
            case AbiKind.UInt:
                var unsigned = new BigInteger(word, isUnsigned: true, isBigEndian: true);
                return unsigned.GetBitLength() <= type.Size ? unsigned : Fail<object>($"{unsigned} does not fit {type.Name}");
            case AbiKind.Int:
                var signed = new BigInteger(word, isUnsigned: false, isBigEndian: true);
                return signed.GetBitLength() < type.Size ? signed : Fail<object>($"{signed} does not fit {type.Name}");
            case AbiKind.Bool:
                return !word[..31].ContainsAnyExcept((byte)0) && word[31] <= 1 ? word[31] == 1 : Fail<object>("a bool that is neither 0 nor 1");
            case AbiKind.Address:
                return !word[..12].ContainsAnyExcept((byte)0) ? EvmAddress.FromBytes(word[12..]) : Fail<object>("an address of more than 20 bytes");
            default:
                return !word[type.Size..].ContainsAnyExcept((byte)0) ? word[..type.Size].ToArray() : Fail<object>($"more than {type.Size} bytes in a {type.Name}");
        }
    }

    private readonly bool TryNumber(int at, out int number)
    {
        number = 0;
        if (at < 0 || at > _data.Length - 32)
            return false;
        var word = _data.Slice(at, 32);
        number = BinaryPrimitives.ReadInt32BigEndian(word[28..]);
        return number >= 0 && !word[..28].ContainsAnyExcept((byte)0);
    }

    private T? Fail<T>(string problem)
        where T : class
    {
        _problem ??= problem;
        return null;
    }
}
