using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Cells.Log;

/// <summary>A proof that an entry is in the log, in the forms in which it is given. Immutable.</summary>
/// <param name="Index">The leaf's index.</param>
/// <param name="Leaf">The leaf itself.</param>
/// <param name="Hashes">The inclusion proof (RFC 6962, section 2.1.1).</param>
/// <param name="Checkpoint">The signed note of the checkpoint that it leads to.</param>
internal sealed record ReceiptProof(long Index, byte[] Leaf, IReadOnlyList<MerkleHash> Hashes, ReadOnlyMemory<byte> Checkpoint)
{
    /// <summary>C2SP tlog-proof, with the leaf as its extra data: it is checked with nothing else but the keys.</summary>
    public byte[] ToText()
    {
        var text = new StringBuilder("c2sp.org/tlog-proof@v1\n").Append("extra ").Append(Convert.ToBase64String(Leaf)).Append('\n').Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Hashes)
            text.Append(hash.ToString()).Append('\n');
        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Checkpoint.Span];
    }

    /// <summary>The same as JSON; the leaf as text, of which the UTF-8 bytes are what is hashed.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, Index);
            json.WriteString("leaf"u8, Leaf);
            json.WriteStartArray("hashes"u8);
            foreach (var hash in Hashes)
                json.WriteStringValue(hash.ToString());
            json.WriteEndArray();
            json.WriteString("checkpoint"u8, Checkpoint.Span);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
