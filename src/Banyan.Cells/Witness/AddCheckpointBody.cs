using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cells.Witness;

/// <summary>The body of <c>add-checkpoint</c> (C2SP tlog-witness): old size, consistency proof, checkpoint. Immutable.</summary>
/// <param name="OldSize">The size of the newest checkpoint that the witness has, as the sender knows.</param>
/// <param name="Proof">That the checkpoint's tree begins with the one of that size.</param>
/// <param name="Note">The checkpoint, signed.</param>
internal sealed record AddCheckpointBody(long OldSize, MerkleHash[] Proof, SignedNote Note)
{
    /// <summary>The most bytes of a body.</summary>
    public const int MostBytes = SignedNote.MostBytes + (64 * 64);

    private const string Old = "old ";

    /// <summary>Reads a body; false where it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AddCheckpointBody? body)
    {
        body = null;
        var proof = new List<MerkleHash>();
        if (!TryLine(ref bytes, out var first) || !first.StartsWith("old "u8) || first.Length > 32 || !Checkpoint.TrySize(Encoding.ASCII.GetString(first[Old.Length..]), out var oldSize))
            return false;
        while (true)
        {
            if (!TryLine(ref bytes, out var line))
                return false;
            if (line.IsEmpty)
                break;
            if (proof.Count == MerkleProofs.MostHashes || !MerkleHash.TryParse(line, out var hash))
                return false;
            proof.Add(hash);
        }

        if (!SignedNote.TryParse(bytes, out var note, out _))
            return false;
        body = new AddCheckpointBody(oldSize, [.. proof], note);
        return true;
    }

    /// <summary>As it is sent.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Old}{OldSize}\n");
        foreach (var hash in Proof)
            text.Append(hash.ToString()).Append('\n');
        return Encoding.UTF8.GetBytes(text.Append('\n').Append(Note).ToString());
    }

    private static bool TryLine(scoped ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        var end = bytes.IndexOf((byte)'\n');
        line = end < 0 ? default : bytes[..end];
        bytes = end < 0 ? bytes : bytes[(end + 1)..];
        return end >= 0;
    }
}
