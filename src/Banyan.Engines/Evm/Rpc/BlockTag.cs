using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Which block a question is about. Immutable.</summary>
public readonly record struct BlockTag
{
    private readonly string? _name;
    private readonly EvmHash? _hash;

    private BlockTag(string? name, EvmHash? hash) => (_name, _hash) = (name, hash);

    /// <summary>The newest block.</summary>
    public static BlockTag Latest => default;

    /// <summary>The newest block and the transactions that wait.</summary>
    public static BlockTag Pending => new("pending", null);

    /// <summary>The newest block that the chain holds for safe; chains without such a notion refuse it.</summary>
    public static BlockTag Safe => new("safe", null);

    /// <summary>The newest block that can't be reorganised away; chains without such a notion refuse it.</summary>
    public static BlockTag Finalized => new("finalized", null);

    /// <summary>Block 0.</summary>
    public static BlockTag Earliest => new("earliest", null);

    /// <summary>The block of a height.</summary>
    public static BlockTag Number(ulong number) => new($"0x{number:x}", null);

    /// <summary>Exactly that block (EIP-1898), an error where the node does not have it.</summary>
    public static BlockTag Hash(EvmHash hash) => new(null, hash);

    internal void Write(Utf8JsonWriter writer)
    {
        if (_hash is { } hash)
        {
            writer.WriteStartObject();
            writer.WriteString("blockHash"u8, hash.ToString());
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStringValue(_name ?? "latest");
        }
    }

    public override string ToString() => _hash?.ToString() ?? _name ?? "latest";
}
