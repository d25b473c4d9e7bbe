namespace Banyan.Cli;

/// <summary>Every exit code of the command, in one list; scripts rely on them.</summary>
internal enum ExitCode
{
    /// <summary>What was asked holds, or was done.</summary>
    Holds = 0,

    /// <summary>It ran, and found something wrong.</summary>
    FoundWrong = 1,

    /// <summary>It could not run: bad input, a missing engine, a port taken. One line on stderr says which and what to do.</summary>
    CouldNotRun = 2,

    /// <summary>Ended by Ctrl-C, cleanly.</summary>
    Interrupted = 130,
}
