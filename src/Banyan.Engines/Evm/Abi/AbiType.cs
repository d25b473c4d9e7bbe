using System.Globalization;

namespace Banyan.Engines.Evm.Abi;

/// <summary>A type of the contract ABI specification, compiled. Immutable.</summary>
public sealed class AbiType
{
    private AbiType(AbiKind kind, int size, AbiType? item, IReadOnlyList<AbiParameter> members, string name)
    {
        Kind = kind;
        Size = size;
        Item = item;
        Members = members;
        Name = name;
        IsDynamic = kind switch
        {
            AbiKind.Bytes or AbiKind.String => true,
            AbiKind.Array => size < 0 || item!.IsDynamic,
            AbiKind.Tuple => members.Any(static m => m.Type.IsDynamic),
            _ => false,
        };
        long head = kind switch
        {
            AbiKind.Array when !IsDynamic => (long)size * item!.HeadSize,
            AbiKind.Tuple when !IsDynamic => members.Sum(static m => (long)m.Type.HeadSize),
            _ => 32,
        };
        HeadSize = head <= AbiDecoder.MaxData ? (int)head : throw new AbiException($"{name} is too large a type");
    }

    /// <summary>Its kind.</summary>
    public AbiKind Kind { get; }

    /// <summary>Bits of a number, bytes of <c>bytesN</c>, items of an array (-1: as many as there are).</summary>
    public int Size { get; }

    /// <summary>The type of an array's items.</summary>
    public AbiType? Item { get; }

    /// <summary>The members of a tuple.</summary>
    public IReadOnlyList<AbiParameter> Members { get; }

    /// <summary>Its canonical name, as in signatures: <c>uint256</c>, <c>(address,bytes32)[]</c>.</summary>
    public string Name { get; }

    /// <summary>Whether its encoding is away from its place, behind an offset.</summary>
    public bool IsDynamic { get; }

    /// <summary>Bytes that it takes in its place.</summary>
    internal int HeadSize { get; }

    /// <summary>An array of this type; <paramref name="count"/> -1 for as many as there are.</summary>
    public AbiType ArrayOf(int count = -1) => count >= -1 ? new(AbiKind.Array, count, this, [], string.Create(CultureInfo.InvariantCulture, $"{Name}[{(count < 0 ? "" : count)}]")) : throw new AbiException("an array has no fewer than 0 items");

    /// <summary>A tuple.</summary>
    public static AbiType TupleOf(IReadOnlyList<AbiParameter> members) => new(AbiKind.Tuple, members.Count, null, members, $"({string.Join(',', members.Select(static m => m.Type.Name))})");

    /// <summary>Reads a type's name, tuples in parentheses included.</summary>
    /// <exception cref="AbiException">It is none.</exception>
    public static AbiType Parse(string text)
    {
        var parser = new AbiParser(text);
        var type = parser.Type();
        parser.End();
        return type;
    }

    /// <summary>The elementary type of a name; null where it is none.</summary>
    internal static AbiType? Elementary(ReadOnlySpan<char> name) => name switch
    {
        "bool" => Simple(AbiKind.Bool, 0, "bool"),
        "address" => Simple(AbiKind.Address, 0, "address"),
        "string" => Simple(AbiKind.String, 0, "string"),
        "bytes" => Simple(AbiKind.Bytes, 0, "bytes"),
        "function" => Simple(AbiKind.Function, 24, "function"),
        "uint" => Simple(AbiKind.UInt, 256, "uint256"),
        "int" => Simple(AbiKind.Int, 256, "int256"),
        _ when name.StartsWith("uint", StringComparison.Ordinal) && Bits(name[4..]) is > 0 and var bits => Simple(AbiKind.UInt, bits, $"uint{bits}"),
        _ when name.StartsWith("int", StringComparison.Ordinal) && Bits(name[3..]) is > 0 and var bits => Simple(AbiKind.Int, bits, $"int{bits}"),
        _ when name.StartsWith("bytes", StringComparison.Ordinal) && Number(name[5..]) is >= 1 and <= 32 and var size => Simple(AbiKind.FixedBytes, size, $"bytes{size}"),
        _ => null,
    };

    public override string ToString() => Name;

    private static AbiType Simple(AbiKind kind, int size, string name) => new(kind, size, null, [], name);

    private static int Bits(ReadOnlySpan<char> digits) => Number(digits) is >= 8 and <= 256 and var bits && bits % 8 == 0 ? bits : 0;

    private static int Number(ReadOnlySpan<char> digits) =>
        digits.Length is > 0 and < 4 && digits[0] != '0' && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
