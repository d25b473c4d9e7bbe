using Banyan.Engines.Certificates;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Cells.Witness;

/// <summary>What a region's witness needs, and what it takes to ask the others. One for all the apps of a process. Immutable.</summary>
public sealed record WitnessOptions
{
    /// <summary>The region whose witness it is.</summary>
    public required string Region { get; init; }

    /// <summary>Who writes which log, and who witnesses.</summary>
    public required LogKeys Keys { get; init; }

    /// <summary>Signs what the witness saw.</summary>
    public required NoteSigner Signer { get; init; }

    /// <summary>The region's own folder, where what it saw of each log is kept, and evidence of forks.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the other regions' cells listen, by region.</summary>
    public required IReadOnlyDictionary<string, Uri> Peers { get; init; }

    /// <summary>How connections to them are secured; null: they are not.</summary>
    public Links? Links { get; init; }

    /// <summary>How long a round of cosigning waits. 400 ms: a witness across a continent answers in less, and a checkpoint is published with what there is then.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a single request to a witness may take, also past the round that asked.</summary>
    public TimeSpan RequestLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
