using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Which logs. Immutable.</summary>
public sealed record LogFilter
{
    /// <summary>Contracts; all where empty.</summary>
    public IReadOnlyList<EvmAddress> Addresses { get; init; } = [];

    /// <summary>For each place of a topic those that are wanted there; any where the list for a place is empty.</summary>
    public IReadOnlyList<IReadOnlyList<EvmHash>> Topics { get; init; } = [];

    /// <summary>Whether a log is one of them.</summary>
    public bool Matches(EvmLog log)
    {
        if (Addresses.Count > 0 && !Addresses.Contains(log.Address))
            return false;
        for (var i = 0; i < Topics.Count; i++)
        {
            if (Topics[i].Count > 0 && (i >= log.Topics.Count || !Topics[i].Contains(log.Topics[i])))
                return false;
        }

        return true;
    }

    internal void Write(Utf8JsonWriter writer, ulong from, ulong to)
    {
        writer.WriteStartObject();
        writer.WriteString("fromBlock"u8, Hex.Quantity(from));
        writer.WriteString("toBlock"u8, Hex.Quantity(to));
        WriteRest(writer);
    }

    internal void Write(Utf8JsonWriter writer, EvmHash block)
    {
        writer.WriteStartObject();
        writer.WriteString("blockHash"u8, block.ToString());
        WriteRest(writer);
    }

    private void WriteRest(Utf8JsonWriter writer)
    {
        if (Addresses.Count > 0)
        {
            writer.WriteStartArray("address"u8);
            foreach (var address in Addresses)
                writer.WriteStringValue(address.ToString());
            writer.WriteEndArray();
        }

        if (Topics.Count > 0)
        {
            writer.WriteStartArray("topics"u8);
            foreach (var place in Topics)
            {
                if (place.Count == 0)
                {
                    writer.WriteNullValue();
                    continue;
                }

                writer.WriteStartArray();
                foreach (var topic in place)
                    writer.WriteStringValue(topic.ToString());
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
