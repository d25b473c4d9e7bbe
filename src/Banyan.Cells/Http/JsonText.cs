using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Banyan.Cells.Http;

/// <summary>A small JSON object as text, written without the serializer.</summary>
internal static class JsonText
{
    /// <summary>An object with the members that <paramref name="write"/> writes.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
