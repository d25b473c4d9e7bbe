namespace Banyan.Control.Chain.Governing;

/// <summary>A proposal of the organisations, as the chain has it at one moment. Immutable.</summary>
public sealed record Proposal
{
    /// <summary>Its number, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>Where it is.</summary>
    public required ProposalState State { get; init; }

    /// <summary>Who proposed it.</summary>
    public required string Proposer { get; init; }

    /// <summary>Until when it can be approved and carried out.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>How many of those who take part now have approved.</summary>
    public required int Approvals { get; init; }

    /// <summary>How many must.</summary>
    public required int Needed { get; init; }

    /// <summary>Who has approved and not taken it back, in order; also those who take no part any more.</summary>
    public IReadOnlyList<string> ApprovedBy { get; init; } = [];

    /// <summary>What it would do; empty where the node has no event of it any more.</summary>
    public IReadOnlyList<CallMeaning> Does { get; init; } = [];

    /// <summary>The contract that would be called; null where the node has no event of it.</summary>
    public string? Target { get; init; }

    /// <summary>The call, in hex; null where the node has no event of it.</summary>
    public string? Data { get; init; }

    /// <summary>The block that it was made in; null where the node has no event of it.</summary>
    public long? Block { get; init; }

    /// <summary>Whether it can be carried out now.</summary>
    public bool Ready => State == ProposalState.Open && Approvals >= Needed;

    /// <summary>Whether a part of it is not to be carried out by mistake.</summary>
    public bool Grave => Does.Count == 0 || Does.Any(static d => d.Grave);
}

/// <summary>Where a proposal is, as the contract numbers it.</summary>
public enum ProposalState
{
    None,
    Open,
    Executed,
    Withdrawn,
    Expired,
}
