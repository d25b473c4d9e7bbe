using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Cap;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Expiry;

/// <summary>Ends messages when the time of their last info passes: the row and its journal entry, in one transaction.</summary>
internal sealed partial class ExpiryWorker(ExpiryClock clock, IJournal journal, TimeProvider time, ILogger<ExpiryWorker> logger) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private const string Expire = """
        UPDATE disaster.alerts SET state = 'expired' WHERE id = ANY ($1) AND state = 'active' AND expires <= $2
        RETURNING id, identifier, status, scope, message_type, expires, document
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var due = await clock.TakeDueAsync(Batch, stoppingToken);
            try
            {
                await ExpireAsync(due, stoppingToken);
                pause = FirstPause;
            }
            catch (NpgsqlException e)
            {
                LogFailed(e, due.Count, pause.TotalMilliseconds);
                await Task.Delay(pause, time, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                foreach (var id in due)
                    clock.Schedule(id, time.GetUtcNow());
            }
        }
    }

    private async Task ExpireAsync(List<Guid> due, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var session = await journal.BeginAsync(null, cancellationToken);
        var events = new List<JournalEvent>();
        await using (var command = new NpgsqlCommand(Expire, session.Transaction.Connection, session.Transaction) { Parameters = { AlertStatements.Uuids([.. due]), AlertStatements.Time(now) } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var (id, status, scope) = (reader.GetGuid(0), Enum.Parse<CapStatus>(reader.GetString(2)), Enum.Parse<CapScope>(reader.GetString(3)));
                events.Add((status, scope) == (CapStatus.Actual, CapScope.Public)
                    ? AlertEvents.PublicExpired(id, reader.GetString(1), reader.GetString(6), now)
                    : AlertEvents.Message(Guid.CreateVersion7(now), AlertEvents.MessageExpired, id, status, scope, Enum.Parse<CapMessageType>(reader.GetString(4)), reader.GetFieldValue<DateTimeOffset>(5)));
            }
        }

        // None: all of them were superseded or cancelled before their time.
        if (events.Count == 0)
            return;
        foreach (var one in events)
            session.Append(one);
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        LogExpired(events.Count);
    }

    [LoggerMessage(LogLevel.Information, "{Count} alerts expired.")]
    private partial void LogExpired(int count);

    [LoggerMessage(LogLevel.Warning, "{Count} alerts are due to expire, but the database refused; trying again in {PauseMs} ms. Readers don't see them any more.")]
    private partial void LogFailed(Exception exception, int count, double pauseMs);
}
