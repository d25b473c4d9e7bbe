using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Proofs;

/// <summary>The proof that an entry is in a log, in one text (C2SP tlog-proof): its index, the way to the root, the checkpoint. Immutable.</summary>
/// <param name="Index">The entry's, from 0.</param>
/// <param name="Hashes">The inclusion proof, the leaf's sibling first.</param>
/// <param name="Note">The checkpoint with its signatures.</param>
public sealed record TlogProof(long Index, IReadOnlyList<MerkleHash> Hashes, SignedNote Note)
{
    /// <summary>The first line.</summary>
    public const string Mark = "c2sp.org/tlog-proof@v1";

    /// <summary>The media type that it is served as.</summary>
    public const string ContentType = "text/plain; charset=utf-8";

    private const string IndexMark = "index ";
    private const string ExtraMark = "extra ";
    private const int MostExtra = 1 << 17;

    /// <summary>What the application adds; signed by nobody. Ours is the leaf. Null where there is none.</summary>
    public ReadOnlyMemory<byte>? Extra { get; init; }

    /// <summary>Reads a proof.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="problem">Why it is none, in words that go on after a name.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TlogProof? proof, [NotNullWhen(false)] out string? problem)
    {
        (proof, problem) = (null, $"is no proof: its first line is not {Mark}");
        if (!TryLine(ref bytes, out var line) || line != Mark)
            return false;
        byte[]? extra = null;
        problem = "is no proof: a line with the entry's index is missing";
        if (!TryLine(ref bytes, out line))
            return false;
        if (line.StartsWith(ExtraMark, StringComparison.Ordinal))
        {
            if (!Base64.IsValid(line.AsSpan(ExtraMark.Length)) || line.Length > MostExtra)
                return false;
            extra = Convert.FromBase64String(line[ExtraMark.Length..]);
            if (!TryLine(ref bytes, out line))
                return false;
        }

        if (!line.StartsWith(IndexMark, StringComparison.Ordinal) || !Checkpoint.TrySize(line.AsSpan(IndexMark.Length), out var index))
            return false;
        var hashes = new List<MerkleHash>();
        while (true)
        {
            problem = "is cut off before its checkpoint";
            if (!TryLine(ref bytes, out line))
                return false;
            if (line.Length == 0)
                break;
            problem = $"has a line that is no hash: '{(line.Length > 60 ? line[..60] + "…" : line)}'";
            if (hashes.Count == MerkleProofs.MostHashes || !MerkleHash.TryParse(line, out var hash))
                return false;
            hashes.Add(hash);
        }

        if (!SignedNote.TryParse(bytes, out var note, out var noNote))
        {
            problem = "has a checkpoint that " + noNote;
            return false;
        }

        (proof, problem) = (new TlogProof(index, hashes, note) { Extra = extra }, null);
        return true;
    }

    /// <summary>Whether the leaf is where the proof says, in the tree of its checkpoint. Says nothing of the checkpoint's signatures.</summary>
    public ProofFault Check(ReadOnlySpan<byte> leaf) => Checkpoint.TryParse(Note.Text, out var checkpoint, out _)
        ? MerkleProofs.CheckInclusion(MerkleHasher.HashLeaf(leaf), Index, checkpoint.Size, [.. Hashes], checkpoint.Root)
        : ProofFault.OutOfRange;

    /// <summary>All of it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Mark).Append('\n');
        if (Extra is { } extra)
            text.Append(ExtraMark).Append(Convert.ToBase64String(extra.Span)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"{IndexMark}{Index}\n");
        foreach (var hash in Hashes)
            text.Append(hash.ToString()).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    /// <summary>All of it in UTF-8.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    private static bool TryLine(scoped ref ReadOnlySpan<byte> bytes, out string line)
    {
        var end = bytes.IndexOf((byte)'\n');
        line = end < 0 ? "" : Encoding.UTF8.GetString(bytes[..end]);
        bytes = end < 0 ? bytes : bytes[(end + 1)..];
        return end >= 0;
    }
}
