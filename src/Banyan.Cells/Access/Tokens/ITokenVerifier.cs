namespace Banyan.Cells.Access.Tokens;

/// <summary>Verifies access tokens, but for what changes with time: <see cref="VerifiedToken.Check"/>. Thread-safe; never waits.</summary>
internal interface ITokenVerifier
{
    /// <param name="token">As it stands after <c>Bearer</c>.</param>
    /// <param name="verified">It, where nothing is wrong.</param>
    TokenFault Verify(ReadOnlySpan<char> token, out VerifiedToken? verified);
}
