namespace Banyan.Cli;

/// <summary>
/// The command can't do what was asked, for a reason that its user can understand and mend. Shown as one line,
/// <c>banyan: message</c>, without a stack trace.
/// </summary>
/// <param name="message">What is wrong, where, and what to do, in one line; begins in lower case.</param>
internal sealed class CommandFailure(string message) : Exception(message)
{
    /// <summary>What the command ends with.</summary>
    public ExitCode ExitCode { get; init; } = ExitCode.CouldNotRun;

    /// <summary>Further lines, such as each problem of a blueprint; shown above the message.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
