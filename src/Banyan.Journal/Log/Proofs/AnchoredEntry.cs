using System.Globalization;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Proofs;

/// <summary>That an entry is in a tree that was anchored: the anchor's evidence, and the way from the leaf to the anchored root. Immutable.</summary>
/// <param name="Evidence">The anchor.</param>
/// <param name="Inclusion">The leaf's inclusion proof in the anchored tree, its sibling first; that tree is seldom the checkpoint's.</param>
public sealed record AnchoredEntry(AnchorEvidence Evidence, IReadOnlyList<MerkleHash> Inclusion)
{
    /// <summary>As JSON.</summary>
    internal AnchoredEntryJson ToJson() => new([.. Inclusion.Select(static h => h.ToString())], AnchorEvidenceJson.Of(Evidence));

    /// <exception cref="FormatException">It is none.</exception>
    internal static AnchoredEntry Of(AnchoredEntryJson json)
    {
        if (json is not { Inclusion.Count: <= MerkleProofs.MostHashes, Evidence: not null })
            throw new FormatException("has an anchor that lacks its evidence, or the way to it");
        return new AnchoredEntry(json.Evidence.Read(), [.. json.Inclusion.Select(static h => MerkleHash.TryParse(h, out var hash) ? hash : throw new FormatException("has an anchor with a hash that is none"))]);
    }

    /// <summary>Checks it, and adds what is wrong.</summary>
    internal AnchorVerdict Check(ReadOnlySpan<byte> leaf, TlogProof proof, AnchorContract? trusted, List<string> problems)
    {
        var verdict = Evidence.Check(trusted);
        problems.AddRange(verdict.Problems.Select(static p => $"the anchor: {p}"));
        var (size, root) = (Evidence.Anchor.Size, Evidence.Anchor.Root);
        var fault = MerkleProofs.CheckInclusion(MerkleHasher.HashLeaf(leaf), proof.Index, size, [.. Inclusion], root);
        if (fault == ProofFault.OutOfRange)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"the anchor of {size} entries does not cover entry {proof.Index + 1}"));
        else if (fault != ProofFault.None)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"the inclusion proof does not lead from the leaf to the anchored root of {size} entries: proof or anchor was altered"));
        if (!Checkpoint.TryParse(proof.Note.Text, out var checkpoint, out _))
            return verdict;
        if (checkpoint.Origin != Evidence.Origin)
            problems.Add($"the anchor is of {Evidence.Origin}, and the checkpoint of {checkpoint.Origin}");
        if (checkpoint.Size == size && checkpoint.Root != root)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"two trees of {size} entries: the checkpoint says the root {checkpoint.Root}, and {root} is anchored; one of them was not the log's"));
        return verdict;
    }
}

internal sealed record AnchoredEntryJson(IReadOnlyList<string> Inclusion, AnchorEvidenceJson Evidence);
