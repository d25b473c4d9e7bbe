using Microsoft.Extensions.Logging;

namespace Banyan.Control.Keepers;

internal static partial class KeeperLog
{
    [LoggerMessage(1, LogLevel.Information, "Keeper of {Region} keeps {Count} databases with PostgreSQL {Version}, on port {Port}")]
    public static partial void Started(ILogger logger, string region, int count, string version, int port);

    [LoggerMessage(2, LogLevel.Critical, "Keeper of {Region} can't run: {Reason}")]
    public static partial void CannotRun(ILogger logger, string region, string reason);

    [LoggerMessage(3, LogLevel.Information, "Keeper of {Region} has stopped its databases and ends")]
    public static partial void Ended(ILogger logger, string region);

    [LoggerMessage(10, LogLevel.Information, "{Database}: made from {Origin} in {Milliseconds} ms")]
    public static partial void Made(ILogger logger, string database, string origin, long milliseconds);

    [LoggerMessage(11, LogLevel.Information, "{Database}: server {Pid} takes connections on port {Port} after {Milliseconds} ms")]
    public static partial void Ready(ILogger logger, string database, int pid, int? port, long milliseconds);

    [LoggerMessage(12, LogLevel.Information, "{Database}: adopted server {Pid}, which was running")]
    public static partial void Adopted(ILogger logger, string database, int pid);

    [LoggerMessage(13, LogLevel.Warning, "{Database}: failed the {Failures}. time in a row: {Reason}")]
    public static partial void Failed(ILogger logger, string database, int failures, string reason);

    [LoggerMessage(14, LogLevel.Error, "{Database}: left as it is: {Reason}")]
    public static partial void Refused(ILogger logger, string database, string reason);

    [LoggerMessage(15, LogLevel.Information, "{Database}: server {Pid} stopped ({Why}): {Outcome}, {Milliseconds} ms")]
    public static partial void Stopped(ILogger logger, string database, int pid, string why, string outcome, long milliseconds);

    [LoggerMessage(16, LogLevel.Warning, "{Database}: server {Pid} did not stop cleanly within {Seconds} s and was stopped at once ({Outcome}): no committed row is lost, its next start recovers")]
    public static partial void StoppedHard(ILogger logger, string database, int pid, double seconds, string outcome);

    [LoggerMessage(17, LogLevel.Information, "{Database}: made replication slot {Slot}")]
    public static partial void MadeSlot(ILogger logger, string database, string slot);

    [LoggerMessage(18, LogLevel.Warning, "{Database}: its primary has removed the WAL that it needs; it is made anew")]
    public static partial void Outrun(ILogger logger, string database);

    [LoggerMessage(19, LogLevel.Information, "{Database}: {Detail}")]
    public static partial void Noted(ILogger logger, string database, string detail);

    [LoggerMessage(20, LogLevel.Information, "{Database}: wanted as {Role} of epoch {Epoch}, commits wait for {Synchronous}")]
    public static partial void Wished(ILogger logger, string database, string role, int epoch, string synchronous);

    [LoggerMessage(21, LogLevel.Information, "{Database}: configured to follow {Source}, its commits wait for {Synchronous}")]
    public static partial void Configured(ILogger logger, string database, string source, string synchronous);

    [LoggerMessage(22, LogLevel.Information, "{Database}: promoted, the primary of epoch {Epoch} after {Milliseconds} ms")]
    public static partial void Promoted(ILogger logger, string database, int epoch, long milliseconds);

    [LoggerMessage(23, LogLevel.Information, "{Database}: a standby from now on, of epoch {Epoch}, as it is: the primary on port {Port} has all of it")]
    public static partial void Demoted(ILogger logger, string database, int epoch, int port);

    [LoggerMessage(24, LogLevel.Warning, "{Database}: was the primary of epoch {Epoch}; its journal is shared up to {Shared}, went on to {Head}, and held {Found} changes that the new primary never saw. They are kept there in journal.stranded, and in {File}")]
    public static partial void Returned(ILogger logger, string database, int epoch, long shared, long head, int found, string file);

    [LoggerMessage(25, LogLevel.Information, "{Database}: rewound to its primary on port {Port}, a standby of epoch {Epoch}, in {Milliseconds} ms")]
    public static partial void Rewound(ILogger logger, string database, int port, int epoch, long milliseconds);

    [LoggerMessage(26, LogLevel.Information, "{Database}: every commit waits for {Standby}, which has all that was committed before")]
    public static partial void Synchronous(ILogger logger, string database, string standby);

    [LoggerMessage(27, LogLevel.Information, "{Database}: the primary before it refuses every change of an older epoch than {Epoch}, and all that it had acknowledged is here")]
    public static partial void Drained(ILogger logger, string database, int epoch);

    [LoggerMessage(28, LogLevel.Warning, "{Database}: the primary before it could not be told of epoch {Epoch}: {Reason}. What it acknowledged last may be missing here, and is looked for when it can be read")]
    public static partial void NotDrained(ILogger logger, string database, int epoch, string reason);

    [LoggerMessage(29, LogLevel.Warning, "{Database}: it was the primary before epoch {Epoch}, and runs as one still. Its journal takes no changes any more; its operator must rebuild it as a standby of {Peer}")]
    public static partial void NeedsOperator(ILogger logger, string database, int epoch, string peer);
}
