using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Evm;

/// <summary>Reads what a node writes, checksum or not.</summary>
internal sealed class EvmAddressJson : JsonConverter<EvmAddress>
{
    public override EvmAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<byte> bytes = stackalloc byte[EvmAddress.Length];
        return Hex.TryRead(ref reader, bytes) ? EvmAddress.FromBytes(bytes) : throw new JsonException("an address is 0x and 40 hex digits");
    }

    public override void Write(Utf8JsonWriter writer, EvmAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
