namespace Banyan.Control.Platform;

/// <summary>
/// The platform can't be started, reached or stopped for a reason that the operator can mend: a port taken, a folder
/// in use, PostgreSQL missing.
/// </summary>
/// <param name="message">What is wrong, where, and what to do, in one line; begins in lower case, ends without a period.</param>
public sealed class PlatformException(string message) : Exception(message);
