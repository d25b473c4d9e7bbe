namespace Banyan.Journal.Log.Notes;

/// <summary>What came of a note's signatures.</summary>
/// <param name="Verified">Known keys that signed it, each once.</param>
/// <param name="Wrong">Signatures that say to be of a known key and are not: the note is not to be trusted, whoever else signed it.</param>
public sealed record NoteCheck(IReadOnlyList<VerifiedSignature> Verified, IReadOnlyList<NoteSignature> Wrong)
{
    /// <summary>Whether a known key signed it, and none of the known keys' signatures is wrong.</summary>
    public bool Holds => Verified.Count > 0 && Wrong.Count == 0;
}

/// <summary>A signature that was checked.</summary>
/// <param name="Key">Whose it is.</param>
/// <param name="Signature">It.</param>
public sealed record VerifiedSignature(VerifierKey Key, NoteSignature Signature);
