using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Engines.Evm.Abi;

/// <summary>A function of a contract, its constructor (name empty), or an error that it reverts with. Immutable.</summary>
public sealed class AbiFunction
{
    private readonly byte[] _selector;

    internal AbiFunction(string name, IReadOnlyList<AbiParameter> inputs, IReadOnlyList<AbiParameter> outputs, bool isView)
    {
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        IsView = isView;
        Signature = $"{name}({string.Join(',', inputs.Select(static i => i.Type.Name))})";
        _selector = name.Length == 0 ? [] : Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Signature)).ToArray()[..4];
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it takes.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>What it gives.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }

    /// <summary>Whether it changes nothing (view or pure).</summary>
    public bool IsView { get; }

    /// <summary>Its canonical signature, such as <c>anchor(bytes32,uint64,bytes32)</c>.</summary>
    public string Signature { get; }

    /// <summary>The first 4 bytes of the signature's hash, as a big-endian number; 0 for a constructor.</summary>
    public uint Selector => _selector.Length == 0 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_selector);

    /// <summary>Reads <c>function name(types) view returns (types)</c> or <c>error name(types)</c> as Solidity writes it; the first word may be left out.</summary>
    /// <exception cref="AbiException">It is not that.</exception>
    public static AbiFunction Parse(string signature)
    {
        var parser = new AbiParser(signature);
        _ = parser.Word("function") || parser.Word("error");
        var name = parser.Identifier();
        var inputs = parser.Parameters();
        var (view, outputs) = (false, new List<AbiParameter>());
        while (!parser.AtEnd)
        {
            if (parser.Word("returns"))
            {
                outputs = parser.Parameters();
                parser.End();
            }
            else
            {
                view |= parser.Identifier() is "view" or "pure";
            }
        }

        return new(name, inputs, outputs, view);
    }

    /// <summary>
    /// The data of a call: selector and arguments. Integers may be any of .NET's or <see cref="UInt256"/>; addresses are <see cref="EvmAddress"/>; bytes are
    /// <c>byte[]</c> (or <see cref="EvmHash"/> for <c>bytes32</c>); arrays and tuples are lists.
    /// </summary>
    /// <exception cref="AbiException">The arguments are others in number or kind, or out of range; the message names the one.</exception>
    public byte[] Encode(params IReadOnlyList<object> arguments) => AbiEncoder.Encode(_selector, Inputs, arguments);

    /// <summary>Reads the arguments of a call to it; false where it is a call to another, or not well formed.</summary>
    public bool TryDecodeInput(ReadOnlySpan<byte> data, [NotNullWhen(true)] out object[]? values, [NotNullWhen(false)] out string? problem)
    {
        (values, problem) = (null, $"not the selector of {Signature}");
        return data.StartsWith(_selector) && AbiDecoder.TryDecode(Inputs, data[_selector.Length..], out values, out problem);
    }

    /// <summary>Reads what it returned; the kinds of values are told by <see cref="AbiKind"/>.</summary>
    public bool TryDecodeOutput(ReadOnlySpan<byte> data, [NotNullWhen(true)] out object[]? values, [NotNullWhen(false)] out string? problem) => AbiDecoder.TryDecode(Outputs, data, out values, out problem);

    public override string ToString() => Signature;
}
