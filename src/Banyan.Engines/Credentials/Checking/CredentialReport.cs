namespace Banyan.Engines.Credentials.Checking;

/// <summary>What came of a check. Immutable.</summary>
/// <param name="Problems">Everything that is wrong; none: it holds.</param>
/// <param name="Credentials">What its credentials say; only those whose signatures hold. Where something is wrong, they are to be shown to people at most.</param>
public sealed record CredentialReport(IReadOnlyList<CredentialProblem> Problems, IReadOnlyList<CredentialFacts> Credentials)
{
    /// <summary>Whether it holds.</summary>
    public bool Holds => Problems.Count == 0;
}
