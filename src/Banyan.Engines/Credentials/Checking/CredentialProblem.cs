namespace Banyan.Engines.Credentials.Checking;

/// <summary>Something that is wrong. Immutable.</summary>
/// <param name="Code">One of <see cref="CredentialFault"/>.</param>
/// <param name="Message">The same in a line for people, that begins with what it is about.</param>
public sealed record CredentialProblem(string Code, string Message);
