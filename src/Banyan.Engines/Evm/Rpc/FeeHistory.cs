using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Reads the answer of <c>eth_feeHistory</c>.</summary>
internal static class FeeHistory
{
    private const int MaxBlocks = 1024;

    public static (UInt256 NextBaseFee, List<UInt256> Tips) Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a fee history is an object");
        UInt256? next = null;
        var tips = new List<UInt256>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (fees, rewards) = (reader.ValueTextEquals("baseFeePerGas"u8), reader.ValueTextEquals("reward"u8));
            reader.Read();
            if (fees && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    next = RpcValues.Quantity(ref reader);
            }
            else if (rewards && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && tips.Count < MaxBlocks)
                    tips.Add(First(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        return (next ?? throw new JsonException("baseFeePerGas is missing"), tips);
    }

    private static UInt256 First(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
            throw new JsonException("a block's tips are an array");
        var tip = reader.TokenType == JsonTokenType.EndArray ? default : RpcValues.Quantity(ref reader);
        while (reader.TokenType != JsonTokenType.EndArray && reader.Read())
        {
            // One percentile was asked for; more are passed over.
        }

        return tip;
    }
}
