namespace Banyan.Control.Chain.Approving;

/// <summary>A request on the chain that a partition may leave its region. Immutable.</summary>
/// <param name="Id">Its number in the contract.</param>
/// <param name="State">Where it is.</param>
/// <param name="Approvals">Organisations that approved, of those that take part now.</param>
/// <param name="Needed">How many must.</param>
/// <param name="RequestedAt">The time of the block that it was made in.</param>
/// <param name="ExecutedAt">The time of the block in which it was carried out; null until then.</param>
public sealed record MoveRequest(long Id, MoveRequestState State, int Approvals, int Needed, DateTimeOffset RequestedAt, DateTimeOffset? ExecutedAt);

/// <summary>Where a request is, as the contract numbers it.</summary>
public enum MoveRequestState
{
    None,
    Open,
    Approved,
    Executed,
    Withdrawn,
    Expired,
}
