using Banyan.Cells.Schema;
using Banyan.Cells.Telemetry;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Hosting;

/// <summary>
/// Takes the cell through its states. The cell listens first, so that its health can be asked for; then it waits for its
/// database, brings the schema up to date, starts background work, and serves.
/// </summary>
internal sealed partial class CellRunner(CellOptions options, CellLife life, DatabaseGate database, Migrator migrator, BackgroundWork work, JournalStatus journal, OtlpExport export, ILogger<CellRunner> logger)
    : IHostedLifecycleService
{
    /// <summary>After this the cell serves all the same: readiness says what is wrong with the journal.</summary>
    private static readonly TimeSpan JournalPatience = TimeSpan.FromSeconds(5);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var began = options.Time.GetTimestamp();
        await database.WaitAsync(migrator.ApplyAsync, cancellationToken);
        life.WaitFor("background work to start");
        await work.StartAsync(cancellationToken);
        await WaitForJournalAsync(cancellationToken);
        life.Serve();
        export.Start();
        LogServing(logger, options.Context.Region, options.Context.Partition, (long)options.Time.GetElapsedTime(began).TotalMilliseconds);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogDraining(logger, life.Requests, life.Streams);
        try
        {
            await life.DrainRequestsAsync(options.DrainTimeout, options.Time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            LogLeftRequests(logger, life.Requests, options.DrainTimeout);
        }

        try
        {
            await life.EndStreamsAsync(options.DrainTimeout, options.Time, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            LogLeftStreams(logger, life.Streams, options.DrainTimeout);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the server has closed its connections: nothing can ask background work for anything any more.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await work.StopAsync(cancellationToken);
        LogStopped(logger, options.Context.Region);
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
