namespace Banyan.Control.Chain.Anchoring;

/// <summary>What anchoring does with the chain. Nothing throws for a chain that is away, slow or wrong: the answer says so.</summary>
internal interface IAnchorLedger
{
    /// <summary>Looks at the chain once.</summary>
    Task<ChainSight> LookAsync(IReadOnlyList<string> partitions, CancellationToken cancellationToken);

    /// <summary>Sees to it that the contracts are there; does only what is missing.</summary>
    /// <returns>Why not, in one line; null where they are.</returns>
    Task<string?> DeployAsync(CancellationToken cancellationToken);

    /// <summary>Anchors a checkpoint, and returns when it is in a block.</summary>
    /// <returns>Why not, in one line; null where it is.</returns>
    Task<string?> AnchorAsync(string partition, LogHead head, CancellationToken cancellationToken);
}

/// <summary>Where the checkpoints are. Never throws for a log that is away.</summary>
internal interface ICheckpointSource
{
    /// <summary>The newest checkpoint of a partition's log that its writers signed and enough witnesses cosigned.</summary>
    Task<HeadSight> NewestAsync(string partition, CancellationToken cancellationToken);
}
