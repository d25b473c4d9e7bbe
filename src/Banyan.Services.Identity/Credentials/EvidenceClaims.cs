using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Services.Identity.Credentials;

/// <summary>What a credential says of a drill's evidence, which is an entry of the journal: what came of it, the entry's hash, and where it is in the log. Pure.</summary>
internal static class EvidenceClaims
{
    /// <summary>The journal's topic of drills, and the type of what came of one (docs/drills.md).</summary>
    private const string Topic = "drills.runs";

    private const string Type = "banyan.drill.finished.v1";

    /// <summary>The members, for the credential's context; <c>digestSRI</c> is of the data model itself.</summary>
    public static readonly IReadOnlyList<string> Terms = ["scenario", "region", "passed", "recordedAt", "partition", "position", "leafHash", "checkpoint"];

    /// <summary>The longest text that is taken over from a drill's result, in characters.</summary>
    private const int Longest = 200;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether an entry is what came of a drill.</summary>
    public static bool IsEvidence(JournalEntry entry) => entry is { Topic: Topic, Type: Type, IsErased: false };

    /// <summary>The members, in JSON.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="published">The log's checkpoint that covers it; null where the cell keeps no log.</param>
    public static string Of(JournalEntry entry, PublishedCheckpoint? published)
    {
        using var result = JsonDocument.Parse(entry.Data);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, $"urn:uuid:{entry.Id}");
            json.WriteString("digestSRI"u8, "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(entry.Data))));
            foreach (var name in (string[])["scenario", "region", "passed"])
            {
                if (result.RootElement.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.True or JsonValueKind.False || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= Longest)))
                {
                    json.WritePropertyName(name);
                    value.WriteTo(json);
                }
            }

            json.WriteString("recordedAt"u8, entry.RecordedAt.UtcDateTime);
            json.WriteString("partition"u8, entry.Partition);
            json.WriteNumber("position"u8, entry.Position);
            json.WriteString("leafHash"u8, MerkleHasher.HashLeaf(EntryLeaf.Of(entry)).ToString());
            if (published is not null)
                json.WriteString("checkpoint"u8, published.Bytes.Span);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
