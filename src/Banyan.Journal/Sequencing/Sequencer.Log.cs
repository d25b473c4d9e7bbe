using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Sequencing;

internal sealed partial class Sequencer
{
    [LoggerMessage(LogLevel.Information, "The journal of partition {Partition} gets its positions here, in epoch {Epoch}.")]
    private partial void LogLeading(string partition, int epoch);

    [LoggerMessage(LogLevel.Critical, "{Reason}")]
    private partial void LogFenced(string reason);

    [LoggerMessage(LogLevel.Warning, "The journal's sequencer failed; it tries again in {PauseMilliseconds} ms. Nothing is lost: entries wait in the inbox.")]
    private partial void LogFailed(Exception exception, double pauseMilliseconds);

    [LoggerMessage(LogLevel.Debug, "The sequencer's lock could not be given back; it goes with the connection.")]
    private partial void LogUnlockFailed(Exception exception);
}
