using System.Text;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Climate.Rollups;
using Banyan.Services.Climate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Ingest;

/// <summary>
/// Commits writes, one transaction after the other, each with all that had come while the one before it ran: so a
/// thousand small writes cost few flushes, and a single one waits for nobody. Thread-safe.
/// </summary>
/// <remarks>
/// There is one committer a partition, and it has one transaction open at most. So ids of blocks grow in the order of
/// commits, and whoever reads blocks sees every one with a lesser id than the greatest that it sees: compaction and
/// roll-ups rely on that.
/// </remarks>
internal sealed partial class ReadingsCommitter : BackgroundService
{
    private const int MaxGroupBlocks = 20_000;
    private const int MaxGroupBytes = 16 << 20;
    private const int MaxMarked = 500_000;

    private readonly HashSet<StaleHour> _marked = [];
    private readonly List<PendingWrite> _group = [];
    private readonly WriteQueue _queue;
    private readonly IJournal _journal;
    private readonly Partitions _partitions;
    private readonly IWriteObserver[] _observers;
    private readonly TimeProvider _time;
    private readonly ILogger<ReadingsCommitter> _logger;

    /// <summary>Makes the committer; it works once it is started.</summary>
    public ReadingsCommitter(WriteQueue queue, IJournal journal, ReadingsStore store, IEnumerable<IWriteObserver> observers, TimeProvider time, ILogger<ReadingsCommitter> logger)
    {
        _queue = queue;
        _journal = journal;
        _partitions = store.Weeks;
        _observers = [.. observers];
        _time = time;
        _logger = logger;
    }

    /// <summary>What keeps the database from taking readings, and when it last did; null once it took some.</summary>
    public CommitFailure? LastFailure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _queue.WaitAsync(stoppingToken))
                await CommitGroupAsync();
        }
        finally
        {
            _queue.Close();
        }
    }

    private async Task CommitGroupAsync()
    {
        _group.Clear();
        var blocks = 0;
        var bytes = 0L;
        while (_queue.TryPeek(out var next))
        {
            if (next is TaskCompletionSource forget)
            {
                if (_group.Count > 0)
                    break;
                _queue.Take();
                _marked.Clear();
                forget.SetResult();
                continue;
            }

            // A key has an answer of its own, and a repeat must not undo what others wrote: such a write goes alone.
            var write = (PendingWrite)next;
            if (_group.Count > 0 && (write.Key is not null || blocks + write.Blocks.Count > MaxGroupBlocks || bytes > MaxGroupBytes))
                break;
            _queue.Take();
            _group.Add(write);
            blocks += write.Blocks.Count;
            bytes += write.Blocks.Sum(static b => (long)b.Data.Length);
            if (write.Key is not null)
                break;
        }

        if (_group.Count > 0)
            await CommitAsync(_group);
    }

    /// <summary>Commits writes together; where the database refuses them, each by itself, so that one bad write does not take others with it.</summary>
    private async Task CommitAsync(IReadOnlyList<PendingWrite> writes)
    {
        try
        {
            var outcome = await SendAsync(writes);
            LastFailure = null;
            if (outcome.Result == ChangeResult.Committed)
            {
                foreach (var observer in _observers)
                    observer.Committed(writes);
            }

            foreach (var write in writes)
                write.Done.TrySetResult(outcome.Result == ChangeResult.Committed ? outcome with { Answer = write.Answer } : outcome);
        }
        catch (Exception error) when (writes.Count > 1 && error is PostgresException or TooManyPartitionsException)
        {
            foreach (var write in writes)
                await CommitAsync([write]);
        }
#pragma warning disable CA1031 // whatever it is, each writer gets it as the outcome of its own write
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (error is not TooManyPartitionsException)
            {
                if (error is NpgsqlException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
                    LastFailure = new CommitFailure(error.Message, _time.GetTimestamp());
                LogFailed(_logger, error, writes.Count);
            }

            foreach (var write in writes)
                write.Done.TrySetException(error);
        }
    }

    private async Task<ChangeOutcome> SendAsync(IReadOnlyList<PendingWrite> group)
    {
        var count = group.Sum(static w => w.Blocks.Count);
        var series = new long[count];
        var first = new long[count];
        var last = new long[count];
        var counts = new int[count];
        var data = new byte[count][];
        var weeks = new HashSet<long>();
        var marks = new HashSet<StaleHour>();
        var i = 0;
        foreach (var write in group)
        {
            foreach (var block in write.Blocks)
            {
                (series[i], first[i], last[i], counts[i], data[i]) = (block.Series, block.First, block.Last, block.Count, block.Data);
                weeks.Add(block.Week);
                i++;
            }

            foreach (var hour in write.Hours)
            {
                if (!_marked.Contains(hour))
                    marks.Add(hour);
            }
        }

        // Durable work is never cancelled half way: the client may be gone, its readings are here.
        if (!await _partitions.EnsureAsync(weeks, CancellationToken.None))
            throw new TooManyPartitionsException();
        var statements = new List<NpgsqlBatchCommand>(2);
        if (count > 0)
        {
            statements.Add(new("INSERT INTO climate.block (series, first, last, count, data) SELECT * FROM unnest($1, $2, $3, $4, $5)")
            {
                Parameters =
                {
                    new NpgsqlParameter<long[]> { TypedValue = series, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new NpgsqlParameter<long[]> { TypedValue = first, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new NpgsqlParameter<long[]> { TypedValue = last, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new NpgsqlParameter<int[]> { TypedValue = counts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                    new NpgsqlParameter<byte[][]> { TypedValue = data, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                },
            });
        }

        if (marks.Count > 0)
            statements.Add(StaleMarks.Insert(marks, _time.GetUtcNow()));

        var outcome = await _journal.CommitAsync(
            new Change { Key = group[0].Key, Answer = group[0].Answer, Statements = statements, Events = [Describe(group)] }, CancellationToken.None);
        if (outcome.Result == ChangeResult.Committed)
        {
            if (_marked.Count > MaxMarked)
                _marked.Clear();
            _marked.UnionWith(marks);
        }

        return outcome;
    }

    private static JournalEvent Describe(IReadOnlyList<PendingWrite> group)
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("writes"u8, group.Count);
            json.WriteNumber("lines"u8, group.Sum(static w => (long)w.Summary.Lines));
            json.WriteNumber("values"u8, group.Sum(static w => w.Summary.Values));
            json.WriteNumber("refused"u8, group.Sum(static w => (long)w.Summary.Refused));
            var stored = group.Where(static w => w.Summary.Lines > 0).ToList();
            if (stored.Count > 0)
            {
                json.WriteNumber("from"u8, stored.Min(static w => w.Summary.First));
                json.WriteNumber("to"u8, stored.Max(static w => w.Summary.Last));
            }

            json.WriteStartArray("namespaces"u8);
            foreach (var name in group.Select(static w => w.Summary.Namespace).Distinct(StringComparer.Ordinal))
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new JournalEvent
        {
            Topic = ClimateTopics.Readings,
            Type = "banyan.climate.readings.written.v1",
            Subject = group[0].Summary.Namespace,
            Data = Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length)),
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A commit of {Writes} writes of readings failed.")]
    private static partial void LogFailed(ILogger logger, Exception error, int writes);
}

/// <summary>The database did not take readings.</summary>
/// <param name="Message">Why.</param>
/// <param name="At">A time stamp of the cell's clock.</param>
internal sealed record CommitFailure(string Message, long At);
