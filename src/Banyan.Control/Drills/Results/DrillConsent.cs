namespace Banyan.Control.Drills;

/// <summary>The consent that organisations gave on the chain while something was broken, and the time that it cost. Immutable.</summary>
/// <param name="Request">Its number in the contract <c>Approvals</c>.</param>
/// <param name="Approvals">Organisations that approved.</param>
/// <param name="Needed">How many had to.</param>
/// <param name="Organisations">Who, in the order of their transactions: the regions that they run, an account where no region has it.</param>
/// <param name="RequestMs">From the first sight of the failure until somebody had asked on the chain: people's time.</param>
/// <param name="GiveMs">From that until enough organisations had approved; null where not enough did.</param>
/// <param name="CarryOutMs">From that until it was carried out on the chain and the keepers had it: the platform's own time; null where it was not.</param>
public sealed record DrillConsent(long Request, int Approvals, int Needed, IReadOnlyList<string> Organisations, long RequestMs, long? GiveMs, long? CarryOutMs);
