using Microsoft.Extensions.Logging;

namespace Banyan.Control.Consensus;

internal static partial class ConsensusLog
{
    [LoggerMessage(1, LogLevel.Information, "Consensus store of {Folder} serves on port {Port}, at revision {Revision}")]
    public static partial void Started(ILogger logger, string folder, int port, long revision);

    [LoggerMessage(2, LogLevel.Critical, "Consensus store can't run: {Reason}")]
    public static partial void CannotRun(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Consensus store ends at revision {Revision}")]
    public static partial void Ended(ILogger logger, long revision);

    [LoggerMessage(4, LogLevel.Warning, "Refused a client without this platform's instance id")]
    public static partial void Stranger(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Consensus store refuses: {Reason}")]
    public static partial void Refused(ILogger logger, string reason);
}
