using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Hosting;

/// <summary>Lets a starting cell through once its database is the primary, takes connections and has the schema.</summary>
internal sealed partial class DatabaseGate(CellOptions options, NpgsqlDataSource database, CellLife life, ILogger<DatabaseGate> logger)
{
    /// <summary>The sequencer's, the first commits', and what services read when they start.</summary>
    private const int WarmConnections = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortlyPromoted = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PromotionLook = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan AwayLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FarAwayLook = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits as long as it takes, or until cancelled, and prepares the database; a database that goes away meanwhile is waited for again.</summary>
    public async Task WaitAsync(Func<CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        var delay = FirstDelay;
        string? said = null;
        while (true)
        {
            string reason;
            try
            {
                if (await IsPrimaryAsync(cancellationToken))
                {
                    life.WaitFor("the schema to be brought up to date");
                    await prepare(cancellationToken);
                    return;
                }

                reason = "it is a standby";
            }
            catch (NpgsqlException error) when (IsNotThereYet(error))
            {
                // Not there yet: the keeper may still be making the instance, the role or the database.
                reason = error.Message;
            }

            life.WaitFor($"the database: {reason}");
            if (said != reason)
                LogWaiting(logger, reason);
            said = reason;
            await Task.Delay(delay, options.Time, cancellationToken);
            delay = delay * 2 > LongestDelay ? LongestDelay : delay * 2;
        }
    }

    /// <summary>Waits until the database, which is about to become the primary, is one: asked every few milliseconds at first.</summary>
    public async Task WaitForPromotionAsync(CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        string? said = null;
        while (true)
        {
            string reason;
            var waited = options.Time.GetElapsedTime(began);
            TimeSpan pause;
            try
            {
                if (await IsPrimaryAsync(cancellationToken))
                    return;
                reason = "it is a standby";
                pause = waited < ShortlyPromoted ? PromotionLook : AwayLook;
            }
            catch (NpgsqlException error) when (IsNotThereYet(error))
            {
                reason = error.Message;
                pause = waited < ShortlyPromoted ? AwayLook : FarAwayLook;
            }

            life.WaitFor($"the database: {reason}");
            if (said != reason)
                LogWaiting(logger, reason);
            said = reason;
            await Task.Delay(pause, options.Time, cancellationToken);
        }
    }

    /// <summary>
    /// Opens the connections that serving begins with, so that a takeover does not wait for their authentication: a standby's
    /// sessions go on when it is promoted. What fails here is left to those who need it.
    /// </summary>
    public async Task WarmAsync(CancellationToken cancellationToken)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, Math.Min(WarmConnections, options.DatabaseConnections)).Select(async _ =>
        {
            try
            {
                return await database.OpenConnectionAsync(cancellationToken);
            }
            catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
            {
                return null;
            }
        }));
        foreach (var connection in opened)
        {
            if (connection is not null)
                await connection.DisposeAsync(); // Back to the pool.
        }
    }

    /// <summary>True where the database answers, and is a standby.</summary>
    public async Task<bool> IsStandbyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return !await IsPrimaryAsync(cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            return false; // It does not answer: not known.
        }
    }

    private static bool IsNotThereYet(NpgsqlException error) =>
        DatabaseFault.IsAway(error) || error.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification;

    private async Task<bool> IsPrimaryAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT NOT pg_is_in_recovery()");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
