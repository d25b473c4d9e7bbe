using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Proofs;

/// <summary>
/// One change in one file for an auditor: the entry with its salt (where it was not erased), its leaf, the proof with the
/// cosigned checkpoint, the anchor that covers it (where there is one yet), and the keys. It is checked with nothing else; the keys in it are worth what they are compared with. Immutable.
/// </summary>
public sealed record AuditProof
{
    /// <summary>What the file says it is.</summary>
    public const string Format = "banyan-proof/v1";

    /// <summary>The most bytes of a file.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>The change.</summary>
    public required JournalEntry Entry { get; init; }

    /// <summary>Its leaf in the log.</summary>
    public required string Leaf { get; init; }

    /// <summary>That the leaf is in the log.</summary>
    public required TlogProof Proof { get; init; }

    /// <summary>The platform's keys, as who wrote the file has them.</summary>
    public required LogKeys Keys { get; init; }

    /// <summary>The first anchor that covers the entry; null where none did, or the chain could not be asked.</summary>
    public AnchoredEntry? Anchor { get; init; }

    /// <summary>As JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new AuditJson(
            Format,
            Entry.Partition,
            new AuditEntryJson(Entry.Position, Entry.Epoch, Entry.Id, Entry.RecordedAt, Entry.Topic, Entry.Type, Entry.ContentType, Entry.Actor, Entry.Subject, Entry.Data, Entry.Salt, Entry.Commitment),
            Leaf,
            Proof.ToString(),
            JsonSerializer.Deserialize(Keys.ToJson(), AuditJsonContext.Readable.JsonElement),
            Anchor?.ToJson()),
        AuditJsonContext.Readable.AuditJson);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is something else; the message says what, in words that go on after its name.</exception>
    public static AuditProof Parse(ReadOnlySpan<byte> json)
    {
        AuditJson? file;
        try
        {
            file = JsonSerializer.Deserialize(json, AuditJsonContext.Readable.AuditJson);
        }
        catch (JsonException error)
        {
            throw new FormatException($"is not the JSON of a proof (line {error.LineNumber + 1})", error);
        }

        if (file is not { Entry: { Topic: not null, Type: not null, ContentType: not null, Data: not null } entry, Partition: { } partition, Leaf: { } leaf, Proof: { } text, Keys.ValueKind: JsonValueKind.Object } || file.Format != Format)
            throw new FormatException($"is no proof: its format is not {Format}, or it lacks entry, leaf, proof or keys");
        if (!TlogProof.TryParse(Encoding.UTF8.GetBytes(text), out var proof, out var problem))
            throw new FormatException($"has a proof that {problem}");
        return new AuditProof
        {
            Entry = new JournalEntry(entry.Position, entry.Epoch, entry.Id, entry.RecordedAt, partition, entry.Topic, entry.Type, entry.Subject, entry.ContentType, entry.Data, null)
            {
                Actor = entry.Actor,
                Salt = entry.Salt,
                Commitment = entry.Commitment,
            },
            Leaf = leaf,
            Proof = proof,
            Keys = LogKeys.Parse(Encoding.UTF8.GetBytes(file.Keys.GetRawText())),
            Anchor = file.Anchor is null ? null : AnchoredEntry.Of(file.Anchor),
        };
    }

    /// <summary>Checks all of it. Pure.</summary>
    /// <param name="keys">Keys from elsewhere; null: those of the file.</param>
    public ProofReport Check(LogKeys? keys = null)
    {
        List<string> problems = [];
        var leaf = Encoding.UTF8.GetBytes(Leaf);
        if (CheckEntry(leaf) is { } entryProblem)
            problems.Add(entryProblem);
        if (Proof.Index != EntryLeaf.IndexOf(Entry.Position))
            problems.Add($"the proof is of entry {Proof.Index + 1}, and the entry says it is {Entry.Position}");
        problems.AddRange(ProofReport.CheckProof(Proof, leaf));
        var verdict = ProofReport.Judge(Proof, keys ?? Keys, problems);
        if (verdict?.Checkpoint is { } checkpoint && !LogNames.IsOf(LogNames.Origin((keys ?? Keys).Platform, Entry.Partition), checkpoint.Origin))
            problems.Add($"the checkpoint is of {checkpoint.Origin}, and the entry of partition {Entry.Partition}");
        var anchor = Anchor?.Check(leaf, Proof, (keys ?? Keys).Anchors, problems);
        return new ProofReport(Entry, verdict, problems) { KeysAreItsOwn = keys is null, Anchor = Anchor?.Evidence, AnchorVerdict = anchor };
    }

    /// <summary>Whether the entry as it is shown makes the leaf.</summary>
    private string? CheckEntry(ReadOnlySpan<byte> leaf)
    {
        if (Entry is { Salt: null, Commitment: null })
            return "the entry has neither salt nor commitment: nothing ties it to its leaf";
        if (Entry is { Salt: { } salt, Commitment: { } kept } && !LeafCommitment.Compute(salt, Entry.Actor, Entry.Subject, Entry.Data).AsSpan().SequenceEqual(kept))
            return "the entry's actor, subject and data are not those that its commitment is of";
        if (Entry is { Commitment: { } commitment } && commitment.Length != LeafCommitment.Length)
            return "the entry's commitment has another length";
        return EntryLeaf.Of(Entry).AsSpan().SequenceEqual(leaf) ? null : "the entry is not what its leaf says: it was altered";
    }
}

internal sealed record AuditJson(string Format, string Partition, AuditEntryJson Entry, string Leaf, string Proof, JsonElement Keys, AnchoredEntryJson? Anchor = null);

internal sealed record AuditEntryJson(long Position, int Epoch, Guid Id, DateTimeOffset RecordedAt, string Topic, string Type, string ContentType, string? Actor, string? Subject, string Data, Guid? Salt, byte[]? Commitment);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(AuditJson))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AuditJsonContext : JsonSerializerContext
{
    /// <summary>Text as it is; never part of a page.</summary>
    public static AuditJsonContext Readable { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
