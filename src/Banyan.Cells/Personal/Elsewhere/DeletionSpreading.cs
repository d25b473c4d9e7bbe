using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Banyan.Cells.Peers;
using Banyan.Journal;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Personal.Elsewhere;

/// <summary>Has deletions reach the platform's other partitions, for as long as it takes each of them to answer. One owner: the watch over requests.</summary>
internal sealed partial class DeletionSpreading(IPartitionPeers peers, CellContext cell, ElsewhereRows rows, IJournal journal, TimeProvider time, ILogger<DeletionSpreading> logger)
{
    private const int MostAtOnce = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private volatile string[] _away = [];

    /// <summary>The partitions that did not answer when they were told last.</summary>
    public IReadOnlyList<string> Away => _away;

    /// <summary>Tells each partition what it does not have yet.</summary>
    public async Task SpreadAsync(CancellationToken cancellationToken)
    {
        var open = await rows.ListOpenAsync(MostAtOnce, cancellationToken);
        var away = await Task.WhenAll(open.GroupBy(static o => o.Partition, static o => o.Request, StringComparer.Ordinal).Select(p => TellAsync(p.Key, [.. p], cancellationToken)));
        _away = [.. away.OfType<string>().Order(StringComparer.Ordinal)];
    }

    /// <summary>The partition's name where it does not answer.</summary>
    private async Task<string?> TellAsync(string partition, IReadOnlyList<Guid> requests, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var request in requests)
            {
                if (await TellAsync(request, partition, cancellationToken) is { } receipt)
                    await NoteAsync(request, partition, receipt, cancellationToken);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            LogAway(logger, partition, requests.Count, e.Message);
            return partition;
        }
    }

    /// <summary>Tells a partition of a deletion; its receipt where it is done there, its standbys too, else null.</summary>
    /// <exception cref="PartitionAwayException">It does not answer.</exception>
    private async Task<Guid?> TellAsync(Guid request, string partition, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new DeletionNotice(request, cell.Partition), DeletionJson.Default.DeletionNotice);
        using var answer = await peers.SendAsync(
            partition, () => new HttpRequestMessage(HttpMethod.Post, new Uri(DeletionElsewhere.Path, UriKind.Relative)) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } },
            canRepeat: true, Patience, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new PartitionAwayException(partition, mayBeDone: false, $"it answers {(int)answer.StatusCode}");
        var state = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), DeletionJson.Default.DeletionState);
        return state is { State: "done", Receipt: var receipt } ? receipt : null;
    }

    private async Task NoteAsync(Guid request, string partition, Guid receipt, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        if (!await ElsewhereRows.AnswerAsync(session.Transaction, request, partition, receipt, time.GetUtcNow(), cancellationToken))
            return;
        session.Append(new JournalEvent { Topic = PersonalTopics.Rights, Type = PersonalTopics.DeletedElsewhere, Data = $"{{\"request\":\"{request}\",\"partition\":\"{partition}\",\"receipt\":\"{receipt}\"}}" });
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition} does not answer to {Count} deletions; it is told again: {Reason}")]
    private static partial void LogAway(ILogger logger, string partition, int count, string reason);
}
