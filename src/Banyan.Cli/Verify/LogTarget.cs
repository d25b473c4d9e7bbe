using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verify;

/// <summary>A log to be verified, and what it is compared with. Immutable.</summary>
/// <param name="Trust">Who is believed.</param>
/// <param name="Source">Where it is read.</param>
internal sealed record LogTarget(LogTrust Trust, ITileSource Source)
{
    /// <summary>The journal's rows; null: not at hand.</summary>
    public IEntryLeaves? Rows { get; init; }

    /// <summary>Checkpoints that others keep of it.</summary>
    public IReadOnlyList<KeptCheckpoint> Kept { get; init; } = [];

    /// <summary>The file of evidence of its anchors, where it is a copy in a folder; it need not be there.</summary>
    public string? Anchors { get; init; }

    /// <summary>A copy of a log that is verified too: its entries are not counted again.</summary>
    public bool IsCopy { get; init; }
}

/// <summary>A checkpoint that somebody keeps.</summary>
/// <param name="Where">Who, as people are told.</param>
/// <param name="Note">It; null where it is none.</param>
/// <param name="Problem">Why it is none.</param>
internal sealed record KeptCheckpoint(string Where, SignedNote? Note, string? Problem);
