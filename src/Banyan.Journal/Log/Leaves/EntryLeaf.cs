namespace Banyan.Journal.Log.Leaves;

/// <summary>
/// The leaf of a journal entry in the log: one line of canonical JSON (RFC 8785) that says where, when and what kind of change
/// it was, and of actor, subject and data nothing but a salted commitment. docs/log.md describes it. Pure.
/// </summary>
public static class EntryLeaf
{
    /// <summary>The most bytes of a leaf (C2SP tlog-tiles: entries of a bundle have 16-bit lengths).</summary>
    public const int MaxLength = 65_535;

    private const int Version = 1;

    /// <summary>The leaf of an entry: the same for ever, also after the entry was erased.</summary>
    /// <exception cref="InvalidOperationException">The entry has neither salt nor commitment: its row was altered.</exception>
    public static byte[] Of(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Span<byte> commitment = stackalloc byte[LeafCommitment.Length];
        if (entry.Commitment is { } kept)
        {
            if (kept.Length != LeafCommitment.Length)
                throw new InvalidOperationException($"Journal entry {entry.Position} has a commitment of {kept.Length} bytes; there are {LeafCommitment.Length}.");
            kept.CopyTo(commitment);
        }
        else if (entry.Salt is { } salt)
        {
            LeafCommitment.Compute(salt, entry.Actor, entry.Subject, entry.Data, commitment);
        }
        else
        {
            throw new InvalidOperationException($"Journal entry {entry.Position} has neither salt nor commitment: its leaf can't be made.");
        }

        return Write(entry, commitment);
    }

    /// <summary>The index of an entry's leaf: positions count from 1, leaves from 0.</summary>
    public static long IndexOf(long position) => position - 1;

    private static byte[] Write(JournalEntry entry, ReadOnlySpan<byte> commitment)
    {
        var text = new CanonicalText(stackalloc byte[1024]);
        text.Raw("{\"commitment\":\""u8);
        text.Base64(commitment);
        text.Raw("\",\"content_type\":"u8);
        text.String(entry.ContentType);
        text.Raw(",\"epoch\":"u8);
        text.Number(entry.Epoch);
        text.Raw(",\"id\":\""u8);
        text.Id(entry.Id);
        text.Raw("\",\"partition\":"u8);
        text.String(entry.Partition);
        text.Raw(",\"position\":"u8);
        text.Number(entry.Position);
        text.Raw(",\"recorded_at\":\""u8);
        text.Time(entry.RecordedAt);
        text.Raw("\",\"topic\":"u8);
        text.String(entry.Topic);
        text.Raw(",\"type\":"u8);
        text.String(entry.Type);
        text.Raw(",\"v\":"u8);
        text.Number(Version);
        text.Raw("}"u8);
        return text.ToArray();
    }
}
