using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Evm;

internal sealed class EvmHashJson : JsonConverter<EvmHash>
{
    public override EvmHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<byte> bytes = stackalloc byte[EvmHash.Length];
        return Hex.TryRead(ref reader, bytes) ? EvmHash.FromBytes(bytes) : throw new JsonException("a hash is 0x and 64 hex digits");
    }

    public override void Write(Utf8JsonWriter writer, EvmHash value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
