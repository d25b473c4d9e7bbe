namespace Banyan.Services.Identity.Verification;

/// <summary>
/// How well a person must be known before what. Published at <c>/identity/v1/verification/rule</c>; services ask it there, and
/// compare with the caller's level, which its token carries. Pure.
/// </summary>
internal static class VerificationRule
{
    public const int Highest = 3;

    /// <summary>Stakes above this many US dollars ask for <see cref="StakesLevel"/> (the KAI reference).</summary>
    public const int StakesAbove = 10_000;

    public const int StakesLevel = 2;

    /// <summary>Approvals, each of another officer, that a case needs. Two for level 3, and for whoever looks like an entry of the watch list.</summary>
    public static int Approvals(int level, bool isHit) => level >= 3 || isHit ? 2 : 1;
}
