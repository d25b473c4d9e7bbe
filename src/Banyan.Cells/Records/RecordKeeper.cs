using Banyan.Cells.Hosting;
using Banyan.Cells.Partitions;
using Banyan.Engines.Consensus;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Records;

/// <summary>
/// Enters what the control plane has done into the partition's journal: the begin of the epoch that is served now, and the
/// deployment. Each is entered once, by the transaction that also notes that it was; after a failure it is tried again. Serving
/// never waits for it.
/// </summary>
internal sealed partial class RecordKeeper(IJournal journal, CellOptions options, IWriteFence fence, ILogger<RecordKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private const string Insert = "INSERT INTO platform.record (kind, key, receipt, document) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Nothing of it belongs on the start path.
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EnterAsync(stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (FencedException)
            {
                return; // The region that serves now enters what happened, this included.
            }
            catch (Exception error) when (error is NpgsqlException or ConsensusUnavailableException)
            {
                LogFailed(logger, options.Context.Partition, pause.TotalSeconds, error.Message);
            }

            await Task.Delay(pause, options.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (options.Deployment is { } deployment)
            await EnterAsync(PlatformRecord.Of(options.Context, deployment), cancellationToken);
        if (fence is PartitionFence { Origin: { } origin })
            await EnterAsync(PlatformRecord.Of(options.Context.Partition, origin.Record, await origin.ReadApprovalsAsync(cancellationToken)), cancellationToken);
    }

    private async Task EnterAsync(PlatformRecord record, CancellationToken cancellationToken)
    {
        var entry = new JournalEvent { Topic = record.Topic, Type = record.Type, Subject = record.Key, Data = record.Document };
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        await using var command = new NpgsqlCommand(Insert, session.Transaction.Connection, session.Transaction)
        {
            Parameters = { new() { Value = record.Kind }, new() { Value = record.Key }, new() { Value = entry.Id }, new() { Value = record.Document } },
        };
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return; // It is there, from a start before.
        session.Append(entry);
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the control plane did with {Partition} could not be entered into its journal; it is tried again in {Seconds} s: {Why}")]
    private static partial void LogFailed(ILogger logger, string partition, double seconds, string why);
}
