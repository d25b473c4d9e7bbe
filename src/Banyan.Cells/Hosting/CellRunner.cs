using Banyan.Cells.Partitions;
using Banyan.Cells.Schema;
using Banyan.Cells.Telemetry;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Hosting;

/// <summary>
/// Takes the cell through its states. The cell listens first, so that its health can be asked for; then it waits for its
/// database, brings the schema up to date, starts background work, and serves.
/// </summary>
internal sealed partial class CellRunner(CellOptions options, CellLife life, DatabaseGate database, NpgsqlDataSource source, Migrator migrator, BackgroundWork work, JournalStatus journal, OtlpExport export, IWriteFence fence, ILogger<CellRunner> logger)
    : IHostedLifecycleService
{
    /// <summary>After this the cell serves all the same: readiness says what is wrong with the journal.</summary>
    private static readonly TimeSpan JournalPatience = TimeSpan.FromSeconds(5);

    private volatile bool _schemaIsCurrent;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A cell that is always its partition's serves as soon as it can; one that needs a lease for it is told when.</summary>
    public Task StartedAsync(CancellationToken cancellationToken) => fence is PartitionFence ? Task.CompletedTask : StartServingAsync(cancellationToken);

    /// <summary>This cell is about to take over: what can be done on a standby is done now.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await database.WarmAsync(cancellationToken);
        try
        {
            _schemaIsCurrent |= await migrator.IsCurrentAsync(cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            // Looked at again when it serves.
        }
    }

    /// <summary>The database is the primary, the lease is held: brings schema and epoch up to date, starts background work, and serves.</summary>
    /// <exception cref="FencedException">The journal is in a higher epoch.</exception>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        life.WaitFor("the schema to be brought up to date");
        if (!_schemaIsCurrent && !await migrator.IsCurrentAsync(cancellationToken))
            await migrator.ApplyAsync(cancellationToken);
        await JournalEpoch.RaiseAsync(source, fence.Epoch, cancellationToken);
        await BeginAsync(began, cancellationToken);
    }

    /// <summary>
    /// Takes nothing new, lets the requests in flight end, ends streams and background work. Afterwards nothing here writes to
    /// the partition, but for requests that did not end in time.
    /// </summary>
    /// <param name="end">How it ends.</param>
    /// <param name="patience">How long requests and streams may take; background work gets as long again.</param>
    public async Task StandDownAsync(CellState end, TimeSpan patience)
    {
        LogDraining(logger, life.Requests, life.Streams);
        await Task.WhenAll(EndRequestsAsync(end, patience, CancellationToken.None), EndStreamsAsync(patience, CancellationToken.None));
        using var limit = new CancellationTokenSource(patience, options.Time);
        await work.StopAsync(limit.Token);
    }

    private async Task StartServingAsync(CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        await database.WaitAsync(migrator.ApplyAsync, cancellationToken);
        await BeginAsync(began, cancellationToken);
    }

    private async Task BeginAsync(long began, CancellationToken cancellationToken)
    {
        life.WaitFor("background work to start");
        await work.StartAsync(cancellationToken);
        await WaitForJournalAsync(cancellationToken);
        life.Serve();
        export.Start();
        LogServing(logger, options.Context.Region, options.Context.Partition, (long)options.Time.GetElapsedTime(began).TotalMilliseconds);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (!life.IsEnding)
            LogDraining(logger, life.Requests, life.Streams);
        await EndRequestsAsync(CellState.Draining, options.DrainTimeout, cancellationToken);
        await EndStreamsAsync(options.DrainTimeout, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the server has closed its connections: nothing can ask background work for anything any more.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await work.StopAsync(cancellationToken);
        LogStopped(logger, options.Context.Region);
    }

    private async Task EndRequestsAsync(CellState end, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await life.DrainRequestsAsync(end, patience, options.Time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            LogLeftRequests(logger, life.Requests, patience);
        }
    }

    private async Task EndStreamsAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await life.EndStreamsAsync(patience, options.Time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            LogLeftStreams(logger, life.Streams, patience);
        }
    }

    /// <summary>The journal's background work has only been started: a change that comes before it leads would wait for its position.</summary>
    private async Task WaitForJournalAsync(CancellationToken cancellationToken)
    {
        life.WaitFor("the journal to start");
        var began = options.Time.GetTimestamp();
        while (journal.State == JournalState.Starting && options.Time.GetElapsedTime(began) < JournalPatience)
            await Task.Delay(TimeSpan.FromMilliseconds(5), options.Time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The cell of {Region} serves partition {Partition} after {ElapsedMs} ms.")]
    private static partial void LogServing(ILogger logger, string region, string partition, long elapsedMs);

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: {Requests} requests in flight, {Streams} open streams.")]
    private static partial void LogDraining(ILogger logger, int requests, int streams);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Requests} requests had not ended after {Timeout} and are cut off.")]
    private static partial void LogLeftRequests(ILogger logger, int requests, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Streams} streams had not ended after {Timeout} and are cut off.")]
    private static partial void LogLeftStreams(ILogger logger, int streams, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cell of {Region} has stopped.")]
    private static partial void LogStopped(ILogger logger, string region);
}
