namespace Banyan.Control.Chain.Governing;

/// <summary>The contracts of a platform and who decides there, as the chain has it at one moment. Immutable.</summary>
public sealed record GovernanceStatus
{
    /// <summary>The chain's number.</summary>
    public required long ChainId { get; init; }

    /// <summary>Its newest block.</summary>
    public required long Height { get; init; }

    /// <summary>Whether a guardian has stopped everything.</summary>
    public required bool Paused { get; init; }

    /// <summary>How many organisations must approve a proposal.</summary>
    public required int Threshold { get; init; }

    /// <summary>How many must approve a failover.</summary>
    public required int FailoverNeeds { get; init; }

    /// <summary>The contracts.</summary>
    public required IReadOnlyList<ContractStanding> Contracts { get; init; }

    /// <summary>The organisations that take part.</summary>
    public required IReadOnlyList<OrganisationStanding> Organisations { get; init; }

    /// <summary>The keepers' accounts.</summary>
    public required IReadOnlyList<KeeperStanding> Keepers { get; init; }

    /// <summary>The platform's logs.</summary>
    public required IReadOnlyList<AnchoredLog> Logs { get; init; }

    /// <summary>Proposals that can still be approved or carried out.</summary>
    public required int OpenProposals { get; init; }

    /// <summary>What somebody should see to, each with the command that begins it.</summary>
    public required IReadOnlyList<GovernanceTask> Tasks { get; init; }
}

/// <summary>A contract. Immutable.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Code">Where its code is now; null where the node does not say.</param>
public sealed record ContractStanding(string Name, string Address, string? Code);

/// <summary>An organisation that takes part. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Account">Its account.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="KeyHere">Whether its key is in this data folder, so that it can decide from here.</param>
public sealed record OrganisationStanding(string Name, string Account, IReadOnlyList<string> Roles, bool KeyHere);

/// <summary>A keeper's account. Immutable.</summary>
/// <param name="Region">The region.</param>
/// <param name="Account">Its account, by its key in this data folder.</param>
/// <param name="Operator">Whether it may carry out what was approved.</param>
/// <param name="Writes">Logs that it may anchor, of all of the platform's.</param>
public sealed record KeeperStanding(string Region, string Account, bool Operator, int Writes);

/// <summary>A log on the chain. Immutable.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Anchors">How many anchors it has.</param>
/// <param name="Size">Entries of the newest; null where there is none.</param>
/// <param name="Block">The block that it is in; null where there is none.</param>
/// <param name="Forks">Forks that were reported.</param>
/// <param name="Writers">Regions whose keepers may anchor it.</param>
public sealed record AnchoredLog(string Partition, long Anchors, long? Size, long? Block, long Forks, IReadOnlyList<string> Writers);

/// <summary>What somebody should see to.</summary>
/// <param name="What">What is amiss, in one line.</param>
/// <param name="Command">The command that begins to mend it.</param>
public sealed record GovernanceTask(string What, string Command);
