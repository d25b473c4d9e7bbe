namespace Banyan.Engines.Postgres;

/// <summary>The failures that several places tell, with one wording each.</summary>
internal static class Errors
{
    public static PostgresError PortTaken(string folder, int port, string address) =>
        new(PostgresFailure.PortTaken, $"Port {port} of {address}, which {folder} is to listen on, is taken by another process: stop that process, or give the platform other ports.");

    public static PostgresError NoSpace(string folder) =>
        new(PostgresFailure.NoSpace, $"No space is left on the disk of {folder}: free some; nothing that was committed is lost.");

    public static PostgresError NoPermission(string path, ServerAccount account) =>
        new(PostgresFailure.NoPermission, $"User '{account.Name}', who runs PostgreSQL, may not enter or write {path}: chmod o+x {path} (folders above a data folder), chown -R {account.Name} {path} (a data folder), or use --data elsewhere.");

    public static PostgresError NotOurs(string folder, string why) =>
        new(PostgresFailure.ForeignFolder, $"{folder} {why}; it was left untouched. Move it away, or use --data elsewhere.");

    /// <summary>The failure that an exception of file access tells; null for others, which are bugs.</summary>
    public static PostgresError? From(Exception exception, string folder, ServerAccount account) => exception switch
    {
        UnauthorizedAccessException => NoPermission(folder, account),
        IOException { HResult: LinuxCalls.NoSpace } => NoSpace(folder),
        IOException io => new PostgresError(PostgresFailure.CommandFailed, $"{folder}: {io.Message}"),
        _ => null,
    };

    /// <summary>The failure that a program's end tells.</summary>
    public static PostgresError From(CommandAnswer answer, string what, string folder, ServerAccount account)
    {
        if (answer.Errors.Contains("No space left on device", StringComparison.Ordinal))
            return NoSpace(folder);
        return answer.Errors.Contains("Permission denied", StringComparison.Ordinal)
            ? new PostgresError(PostgresFailure.NoPermission, $"{what} for {folder} as user '{account.Name}': {answer.LastWords}. Give that user the folder, or use --data elsewhere.")
            : new PostgresError(PostgresFailure.CommandFailed, $"{what} for {folder} failed: {answer.LastWords}");
    }
}
