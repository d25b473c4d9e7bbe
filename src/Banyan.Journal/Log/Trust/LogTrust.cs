using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Trust;

/// <summary>Who is believed about one log, and how many it takes. Immutable.</summary>
/// <param name="Origin">The log.</param>
/// <param name="Writers">Whose checkpoints of it count.</param>
/// <param name="Witnesses">Whose cosignatures count, unless the checkpoint is of their own region.</param>
/// <param name="Quorum">How many cosignatures a checkpoint needs.</param>
public sealed record LogTrust(string Origin, IReadOnlyList<LogParty> Writers, IReadOnlyList<LogParty> Witnesses, int Quorum)
{
    /// <summary>Where its checkpoints are anchored; null where they are not, or nobody says.</summary>
    public AnchorContract? Anchors { get; init; }

    /// <summary>Judges a signed note that says it is a checkpoint of this log. Pure.</summary>
    public CheckpointVerdict Judge(ReadOnlySpan<byte> bytes)
    {
        if (!SignedNote.TryParse(bytes, out var note, out var problem))
            return new CheckpointVerdict(null, null, [], [], [problem]);
        return Judge(note);
    }

    /// <inheritdoc cref="Judge(ReadOnlySpan{byte})"/>
    public CheckpointVerdict Judge(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (!Checkpoint.TryParse(note.Text, out var checkpoint, out var problem))
            return new CheckpointVerdict(note, null, [], [], [problem]);
        List<string> problems = [];
        if (checkpoint.Origin != Origin)
            problems.Add($"is of another log, {checkpoint.Origin}");
        var check = note.Verify(Writers.Concat(Witnesses).Select(static p => p.Key));
        foreach (var wrong in check.Wrong)
            problems.Add($"has a signature of {wrong.Name} that is not its own");
        var signers = Regions(Writers, check);
        if (signers.Count == 0)
            problems.Add($"is signed by no key of the log's writers ({string.Join(", ", Writers.Select(static w => w.Region))})");
        var cosigners = Regions(Witnesses, check).Except(signers, StringComparer.Ordinal).ToList();
        if (cosigners.Count < Quorum)
            problems.Add($"is cosigned by {cosigners.Count} witnesses of other regions, and {Quorum} are needed{(cosigners.Count == 0 ? "" : $" (there: {string.Join(", ", cosigners)})")}");
        return new CheckpointVerdict(note, checkpoint, signers, cosigners, problems) { IsSigned = checkpoint.Origin == Origin && signers.Count > 0 && check.Wrong.Count == 0 };
    }

    private static List<string> Regions(IReadOnlyList<LogParty> parties, NoteCheck check) =>
        [.. parties.Where(p => check.Verified.Any(v => v.Key.Equals(p.Key))).Select(static p => p.Region).Distinct()];
}

/// <summary>What a checkpoint is worth.</summary>
/// <param name="Note">It; null where it is no signed note.</param>
/// <param name="Checkpoint">What it says; null where it is no checkpoint.</param>
/// <param name="Signers">Regions of the writer set that signed it.</param>
/// <param name="Cosigners">Other regions whose witnesses cosigned it.</param>
/// <param name="Problems">What is wrong, in words that go on after "the checkpoint"; empty where it is to be trusted.</param>
public sealed record CheckpointVerdict(SignedNote? Note, Checkpoint? Checkpoint, IReadOnlyList<string> Signers, IReadOnlyList<string> Cosigners, IReadOnlyList<string> Problems)
{
    /// <summary>Whether a writer of this log signed it, and no known signature is wrong; there may be too few cosignatures.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether it is to be trusted: signed, and cosigned by enough.</summary>
    public bool Holds => Problems.Count == 0;
}
