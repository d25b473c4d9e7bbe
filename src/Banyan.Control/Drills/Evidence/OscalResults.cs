using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Journal.Log.Proofs;

namespace Banyan.Control.Drills.Evidence;

/// <summary>
/// A drill's evidence as OSCAL assessment results (NIST, 1.1.2, JSON): an observation and a finding for each objective, and
/// the proof that the drill's result is in the log, whole, in the back matter. Made of the proof alone, so that the same proof
/// makes the same file, byte for byte. Pure.
/// </summary>
public static class OscalResults
{
    /// <summary>The version of OSCAL that is written.</summary>
    public const string OscalVersion = "1.1.2";

    /// <summary>The type of the journal's entry that a drill's result is.</summary>
    public const string EntryType = "banyan.drill.finished.v1";

    private const string ProofName = "evidence.proof.json";
    private const string Namespace = "https://banyan.invalid/ns/oscal"; // Names our properties; nothing is there.

    /// <summary>Writes it.</summary>
    /// <exception cref="FormatException">The proof is not of a drill's result; the message goes on after a name.</exception>
    public static byte[] Write(AuditProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var result = Read(proof);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("assessment-results"u8);
            json.WriteString("uuid"u8, Id(proof, "results"));
            Metadata(json, proof, result);
            json.WriteStartObject("import-ap"u8);
            json.WriteString("href"u8, $"#{Id(proof, "plan")}");
            json.WriteEndObject();
            json.WriteStartArray("results"u8);
            Result(json, proof, result);
            json.WriteEndArray();
            BackMatter(json, proof, result);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>The proof in a file that <see cref="Write"/> wrote, once it was seen that the file is what the proof makes.</summary>
    /// <exception cref="FormatException">It is not: altered, or something else; the message goes on after a name.</exception>
    public static AuditProof ReadProof(ReadOnlySpan<byte> file)
    {
        AuditProof proof;
        try
        {
            using var json = JsonDocument.Parse(file.ToArray());
            var resource = json.RootElement.GetProperty("assessment-results"u8).GetProperty("back-matter"u8).GetProperty("resources"u8).EnumerateArray()
                .First(static r => r.TryGetProperty("base64"u8, out var embedded) && embedded.GetProperty("filename"u8).GetString() == ProofName);
            proof = AuditProof.Parse(resource.GetProperty("base64"u8).GetProperty("value"u8).GetBytesFromBase64());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"holds no {ProofName} of ours", error);
        }

        return Write(proof).AsSpan().SequenceEqual(file) ? proof : throw new FormatException("was altered: it is not what the proof in it makes");
    }

    private static DrillResult Read(AuditProof proof)
    {
        if (proof.Entry.Type != EntryType)
            throw new FormatException($"is of a {proof.Entry.Type}, not of a drill's result ({EntryType})");
        try
        {
            return JsonSerializer.Deserialize(proof.Entry.Data, DrillJson.Default.DrillResult) ?? throw new FormatException("has no drill's result");
        }
        catch (JsonException error)
        {
            throw new FormatException("has a drill's result that this version can't read", error);
        }
    }

    private static void Metadata(Utf8JsonWriter json, AuditProof proof, DrillResult result)
    {
        json.WriteStartObject("metadata"u8);
        json.WriteString("title"u8, $"Drill {result.Scenario} on {result.Region} of {result.Platform}");
        json.WriteString("last-modified"u8, Time(proof.Entry.RecordedAt));
        json.WriteString("version"u8, "1");
        json.WriteString("oscal-version"u8, OscalVersion);
        json.WriteStartArray("props"u8);
        Property(json, "receipt", proof.Entry.Id.ToString());
        Property(json, "partition", proof.Entry.Partition);
        Property(json, "position", proof.Entry.Position.ToString(CultureInfo.InvariantCulture));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, AuditProof proof, DrillResult result)
    {
        json.WriteStartObject();
        json.WriteString("uuid"u8, Id(proof, "result"));
        json.WriteString("title"u8, $"{result.Scenario}: {result.Broke} was broken");
        json.WriteString("description"u8, Inv($"Made on the running platform under a load of real clients. {result.Changes.Acknowledged} changes acknowledged, {result.Changes.Lost} lost, {result.Changes.Duplicated} duplicated, {result.Changes.Reordered} reordered; {result.Requests.Sent} requests, {result.Requests.Failed} failed, the longest took {result.Requests.MaxWaitMs} ms."));
        if (result.ApproveMs is { } approved) // Only there: files that were written before stay as they are, byte for byte.
        {
            json.WriteStartArray("props"u8);
            Property(json, "approve-ms", Inv($"{approved}"));
            if (result.Consent is { } consent)
            {
                Property(json, "consent-request", Inv($"{consent.Request}"));
                Property(json, "consent-approvals", Inv($"{consent.Approvals} of {consent.Needed}"));
                foreach (var organisation in consent.Organisations)
                    Property(json, "consent-organisation", organisation);
            }

            json.WriteEndArray();
        }

        json.WriteString("start"u8, Time(result.StartedAt));
        json.WriteString("end"u8, Time(proof.Entry.RecordedAt));
        json.WriteStartObject("reviewed-controls"u8);
        json.WriteStartArray("control-selections"u8);
        json.WriteStartObject();
        json.WriteString("description"u8, "Contingency plan testing, and system recovery and reconstitution (NIST SP 800-53)."u8);
        json.WriteStartArray("include-controls"u8);
        foreach (var control in (ReadOnlySpan<string>)["cp-4", "cp-10"])
        {
            json.WriteStartObject();
            json.WriteString("control-id"u8, control);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (result.Objectives.Count > 0) // An empty array is no OSCAL.
        {
            json.WriteStartArray("observations"u8);
            foreach (var objective in result.Objectives)
                Observation(json, proof, objective);
            json.WriteEndArray();
            json.WriteStartArray("findings"u8);
            foreach (var objective in result.Objectives)
                Finding(json, proof, objective);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Observation(Utf8JsonWriter json, AuditProof proof, DrillObjective objective)
    {
        json.WriteStartObject();
        json.WriteString("uuid"u8, Id(proof, "observation " + objective.Name));
        json.WriteString("title"u8, objective.Name);
        json.WriteString("description"u8, $"Measured {objective.Measured}; at most {objective.Target} is promised.");
        json.WriteStartArray("methods"u8);
        json.WriteStringValue("TEST"u8);
        json.WriteEndArray();
        json.WriteStartArray("relevant-evidence"u8);
        json.WriteStartObject();
        json.WriteString("href"u8, $"#{Id(proof, "proof")}");
        json.WriteString("description"u8, "The drill's result with the proof that it is in the transparency log."u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("collected"u8, Time(proof.Entry.RecordedAt));
        json.WriteEndObject();
    }

    private static void Finding(Utf8JsonWriter json, AuditProof proof, DrillObjective objective)
    {
        json.WriteStartObject();
        json.WriteString("uuid"u8, Id(proof, "finding " + objective.Name));
        json.WriteString("title"u8, objective.Name);
        json.WriteString("description"u8, objective.Held ? "The objective held."u8 : "The objective did not hold."u8);
        json.WriteStartObject("target"u8);
        json.WriteString("type"u8, "objective-id"u8);
        json.WriteString("target-id"u8, "cp-10_obj"u8);
        json.WriteStartObject("status"u8);
        json.WriteString("state"u8, objective.Held ? "satisfied"u8 : "not-satisfied"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("related-observations"u8);
        json.WriteStartObject();
        json.WriteString("observation-uuid"u8, Id(proof, "observation " + objective.Name));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void BackMatter(Utf8JsonWriter json, AuditProof proof, DrillResult result)
    {
        json.WriteStartObject("back-matter"u8);
        json.WriteStartArray("resources"u8);
        json.WriteStartObject();
        json.WriteString("uuid"u8, Id(proof, "plan"));
        json.WriteString("title"u8, "The platform's objectives"u8);
        json.WriteString("description"u8, $"What the blueprint of {result.Platform} promises and the drill {result.Scenario} measures.");
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("uuid"u8, Id(proof, "proof"));
        json.WriteString("title"u8, "Proof of the drill's result"u8);
        json.WriteString("description"u8, "Checked with `banyan verify FILE --keys log-keys`."u8);
        json.WriteStartObject("base64"u8);
        json.WriteString("filename"u8, ProofName);
        json.WriteString("media-type"u8, "application/json"u8);
        json.WriteBase64String("value"u8, proof.ToJson());
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("ns"u8, Namespace);
        json.WriteString("value"u8, value);
        json.WriteEndObject();
    }

    /// <summary>Of the receipt and a name, always the same: version 5 of RFC 9562, section 5.5, over SHA-256 in place of SHA-1; OSCAL takes versions 4 and 5 alone.</summary>
    private static Guid Id(AuditProof proof, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. proof.Entry.Id.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((BinaryPrimitives.ReadUInt16BigEndian(hash[6..]) & 0x0fff) | 0x5000));
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
