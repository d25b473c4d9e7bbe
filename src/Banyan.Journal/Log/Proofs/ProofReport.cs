using System.Globalization;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Proofs;

/// <summary>What a proof is worth. Immutable.</summary>
/// <param name="Entry">The change that it is of; null where the proof holds a leaf alone.</param>
/// <param name="Checkpoint">What its checkpoint is worth; null where it is of a log that the keys don't name.</param>
/// <param name="Problems">What is wrong; empty where it holds.</param>
public sealed record ProofReport(JournalEntry? Entry, CheckpointVerdict? Checkpoint, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the keys came with the proof: then it shows that the file fits together, and the keys are still to be compared.</summary>
    public bool KeysAreItsOwn { get; init; }

    /// <summary>The anchor that covers the entry, as the proof has it; null where it has none.</summary>
    public AnchorEvidence? Anchor { get; init; }

    /// <summary>What the anchor's evidence is worth; its problems are among <see cref="Problems"/>.</summary>
    public AnchorVerdict? AnchorVerdict { get; init; }

    /// <summary>Checks a proof that carries its leaf.</summary>
    public static ProofReport Of(TlogProof proof, LogKeys keys)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(keys);
        List<string> problems = [];
        if (proof.Extra is { } leaf)
            problems.AddRange(CheckProof(proof, leaf.Span));
        else
            problems.Add("the proof holds no leaf (its line 'extra'): there is nothing to prove");
        return new ProofReport(null, Judge(proof, keys, problems), problems);
    }

    internal static IEnumerable<string> CheckProof(TlogProof proof, ReadOnlySpan<byte> leaf) => proof.Check(leaf) switch
    {
        ProofFault.None => [],
        ProofFault.OutOfRange => [string.Create(CultureInfo.InvariantCulture, $"the proof is of entry {proof.Index + 1}, which the checkpoint does not cover")],
        ProofFault.WrongLength => ["the inclusion proof has more or fewer hashes than the tree has levels"],
        _ => ["the inclusion proof does not lead from the leaf to the checkpoint's root: leaf, proof or checkpoint was altered"],
    };

    internal static CheckpointVerdict? Judge(TlogProof proof, LogKeys keys, List<string> problems)
    {
        if (!Notes.Checkpoint.TryParse(proof.Note.Text, out var checkpoint, out var problem))
        {
            problems.Add($"the checkpoint {problem}");
            return null;
        }

        if (keys.TrustOf(checkpoint.Origin) is not { } trust)
        {
            problems.Add($"the checkpoint is of {checkpoint.Origin}, a log that the keys don't name");
            return null;
        }

        var verdict = trust.Judge(proof.Note);
        problems.AddRange(verdict.Problems.Select(static p => $"the checkpoint {p}"));
        return verdict;
    }
}
