using Banyan.Cells;
using Banyan.Journal;
using Banyan.Journal.Following;
using Banyan.Services.Disaster.Alerts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Requests;

/// <summary>
/// Issues the alerts that other services ask for, each exactly once: the message, its journal entry and the follower's
/// position are one transaction. A request that makes no valid message is logged, counted and passed over.
/// </summary>
internal sealed partial class RequestFollower(
    JournalFollowing following, DisasterSettings settings, AlertIds ids, DisasterMetrics metrics, ILogger<RequestFollower> logger) : JournalFollower(following), IServiceHealth
{
    private readonly JournalFollowing _following = following;
    private readonly List<(JournalEntry Entry, AlertRecord? Record, string? Problem)> _handled = [];

    public override string Name => "disaster.requests";

    public string Service => DisasterService.ServiceName;

    protected override IReadOnlySet<string> Topics { get; } = new HashSet<string> { DisasterTopics.Requests };

    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => new(Problem is null ? null : "alerts that are asked for can't be issued now; none is lost");

    protected override async Task HandleAsync(IReadOnlyList<JournalEntry> entries, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        _handled.Clear();
        foreach (var entry in entries)
        {
            var (alert, cap, problem) = RequestedAlert.Create(entry, settings.Sender);
            var record = alert is null ? null : AlertRecord.Create(ids.Next(), alert, cap, _following.Time.GetUtcNow(), settings.DefaultLifetime).WithDocument([]);
            _handled.Add((entry, record, problem));
            if (record is null)
                continue;
            await AlertStatements.ExecuteAsync(transaction, AlertStatements.Insert(record), cancellationToken);
            await _following.Journal.AppendAsync(transaction, AlertEvents.Accepted(record, []), cancellationToken);
        }
    }

    protected override Task HandledAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var (entry, record, problem) in _handled)
        {
            if (record is null)
            {
                LogMalformed(entry.Position, entry.Id, problem!);
                metrics.Requested("malformed");
                continue;
            }

            metrics.Requested("issued");
            metrics.Taken(record);
            LogIssued(record.Id, record.Alert.Identifier, entry.Position);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "Issued alert {Id} ({Identifier}) as asked for by journal entry {Position}.")]
    private partial void LogIssued(Guid id, string identifier, long position);

    [LoggerMessage(LogLevel.Error, "The alert asked for by journal entry {Position} ({EntryId}) can't be issued: {Problem}")]
    private partial void LogMalformed(long position, Guid entryId, string problem);
}
