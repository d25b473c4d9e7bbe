using System.Text.Json;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Proofs;

namespace Banyan.Cells.Log;

/// <summary>A proof that an entry is in the log, in the forms in which it is given. Immutable.</summary>
/// <param name="Index">The leaf's index.</param>
/// <param name="Leaf">The leaf itself.</param>
/// <param name="Hashes">The inclusion proof (RFC 6962, section 2.1.1).</param>
/// <param name="Checkpoint">The checkpoint that it leads to.</param>
internal sealed record ReceiptProof(long Index, byte[] Leaf, IReadOnlyList<MerkleHash> Hashes, PublishedCheckpoint Checkpoint)
{
    /// <summary>C2SP tlog-proof, with the leaf as its extra data: it is checked with nothing else but the keys.</summary>
    public byte[] ToText() => new TlogProof(Index, Hashes, Checkpoint.Note) { Extra = Leaf }.ToBytes();

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
            json.WriteString("checkpoint"u8, Checkpoint.Bytes.Span);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
