namespace Banyan.Control.Chain.Governing;

/// <summary>Something can't be decided on the chain, for a reason that its user can understand and mend. One line, beginning in lower case.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
public sealed class ChainException(string message) : Exception(message);
