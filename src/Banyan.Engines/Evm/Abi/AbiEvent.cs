using System.Diagnostics.CodeAnalysis;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Engines.Evm.Abi;

/// <summary>An event of a contract. Immutable.</summary>
public sealed class AbiEvent
{
    private readonly AbiParameter[] _plain;

    internal AbiEvent(string name, IReadOnlyList<AbiParameter> inputs, bool anonymous)
    {
        Name = name;
        Inputs = inputs;
        IsAnonymous = anonymous;
        if (inputs.Count(static i => i.Indexed) > (anonymous ? 4 : 3))
            throw new AbiException($"{name} has more indexed parameters than an event has topics");
        _plain = [.. inputs.Where(static i => !i.Indexed)];
        Signature = $"{name}({string.Join(',', inputs.Select(static i => i.Type.Name))})";
        Topic = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Signature));
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it tells.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>Whether its first topic does not say which event it is.</summary>
    public bool IsAnonymous { get; }

    /// <summary>Its canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The hash of the signature: its logs' first topic.</summary>
    public EvmHash Topic { get; }

    /// <summary>Reads <c>event name(type indexed name, …) anonymous</c> as Solidity writes it; the first word may be left out.</summary>
    /// <exception cref="AbiException">It is not that.</exception>
    public static AbiEvent Parse(string signature)
    {
        var parser = new AbiParser(signature);
        _ = parser.Word("event");
        var name = parser.Identifier();
        var inputs = parser.Parameters();
        var anonymous = parser.Word("anonymous");
        parser.End();
        return new(name, inputs, anonymous);
    }

    /// <summary>
    /// The topic that logs have for a value of an indexed parameter: its word, or for strings, bytes, arrays and tuples the hash of what the
    /// specification ("Encoding of Indexed Event Parameters") lays out. Strings and bytes only; others have to be hashed by the caller.
    /// </summary>
    /// <exception cref="AbiException">It is not a value for that parameter.</exception>
    public EvmHash TopicOf(int parameter, object value)
    {
        var type = Inputs[parameter].Type;
        return (type.Kind, value) switch
        {
            (AbiKind.String, string text) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(text)),
            (AbiKind.Bytes, byte[] bytes) => Keccak256.Hash(bytes),
            (AbiKind.String or AbiKind.Bytes or AbiKind.Array or AbiKind.Tuple, _) => value is EvmHash hash ? hash : throw new AbiException($"{Inputs[parameter].Name}: a topic of {type.Name} is given by its hash"),
            _ => EvmHash.FromBytes(AbiEncoder.Encode([], [Inputs[parameter]], [value])),
        };
    }

    /// <summary>
    /// Reads a log. Values are in the order of <see cref="Inputs"/>; of an indexed string, bytes, array or tuple only the hash is in the log, and is
    /// given as an <see cref="EvmHash"/>.
    /// </summary>
    public bool TryDecode(IReadOnlyList<EvmHash> topics, ReadOnlySpan<byte> data, [NotNullWhen(true)] out object[]? values, [NotNullWhen(false)] out string? problem)
    {
        (values, problem) = (null, $"not a log of {Signature}");
        var next = IsAnonymous ? 0 : 1;
        if (topics.Count != next + Inputs.Count - _plain.Length || (!IsAnonymous && topics[0] != Topic))
            return false;
        if (!AbiDecoder.TryDecode(_plain, data, out var plain, out problem))
            return false;
        var all = new object[Inputs.Count];
        var at = 0;
        for (var i = 0; i < all.Length; i++)
        {
            if (!Inputs[i].Indexed)
            {
                all[i] = plain[at++];
                continue;
            }

            var topic = topics[next++];
            if (Inputs[i].Type.Kind is AbiKind.String or AbiKind.Bytes or AbiKind.Array or AbiKind.Tuple)
            {
                all[i] = topic;
                continue;
            }

            if (!AbiDecoder.TryDecode([Inputs[i]], topic.ToArray(), out var one, out problem))
                return false;
            all[i] = one[0];
        }

        values = all;
        return true;
    }

    public override string ToString() => Signature;
}
