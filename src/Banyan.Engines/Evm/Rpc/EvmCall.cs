using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>A call that is only tried: for <c>eth_call</c> and <c>eth_estimateGas</c>. Immutable.</summary>
public sealed record EvmCall
{
    /// <summary>Who calls; nobody where null.</summary>
    public EvmAddress? From { get; init; }

    /// <summary>Who is called; null creates a contract.</summary>
    public EvmAddress? To { get; init; }

    /// <summary>The call's data.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei that go along.</summary>
    public UInt256 Value { get; init; }

    /// <summary>Gas; the node's limit where null.</summary>
    public ulong? Gas { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (From is { } from)
            writer.WriteString("from"u8, from.ToString());
        if (To is { } to)
            writer.WriteString("to"u8, to.ToString());
        if (!Data.IsEmpty)
            writer.WriteString("input"u8, Hex.Write(Data.Span));
        if (!Value.IsZero)
            writer.WriteString("value"u8, Hex.Quantity(Value));
        if (Gas is { } gas)
            writer.WriteString("gas"u8, Hex.Quantity(gas));
        writer.WriteEndObject();
    }
}
