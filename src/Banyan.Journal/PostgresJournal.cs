using System.Diagnostics.Metrics;
using Banyan.Journal.Keeping;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Reading;
using Banyan.Journal.Sequencing;
using Banyan.Journal.Writing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal;

/// <summary>The journal of one partition in its PostgreSQL database.</summary>
internal sealed class PostgresJournal : IJournal, IDisposable
{
    private readonly LiveWindow _window;
    private readonly EntryReader _reader;
    private readonly JournalFeed _feed;
    private readonly ChangeWriter _writer;
    private readonly JournalStatus _status;
    private readonly WakeSignal _wake = new();
    private readonly JournalMetrics _metrics;

    /// <exception cref="ArgumentException">The options can't be used; the message lists why.</exception>
    public PostgresJournal(NpgsqlDataSource source, JournalOptions options, JournalStatus status, TimeProvider time, ILoggerFactory loggers, IMeterFactory? meters = null, IWriteFence? fence = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        Partition = options.Partition;
        fence ??= new OpenFence(options.Epoch);
        _status = status;
        _window = new LiveWindow(options.LiveEntries, options.LiveCharacters);
        _metrics = new JournalMetrics(options, meters, () => _window.Head);
        Erasure = new EntryErasure(_window);
        _reader = new EntryReader(source, options.Partition);
        _feed = new JournalFeed(_reader, _window, _metrics);
        _writer = new ChangeWriter(source, options, fence, Signal, _metrics, time);
        Sequencer = new Sequencer(source, options, fence, _window, _reader, _wake, status, _metrics, time, loggers.CreateLogger<Sequencer>());
        Keeping = new JournalKeeping(source, options, _window, status, time, loggers.CreateLogger<JournalKeeping>());
    }

    public string Partition { get; }

    /// <summary>Gives the positions; run by the host.</summary>
    public Sequencer Sequencer { get; }

    /// <summary>Erases persons.</summary>
    public EntryErasure Erasure { get; }

    /// <summary>Drops what is past its retention; run by the host.</summary>
    public JournalKeeping Keeping { get; }

    public Task<ChangeOutcome> CommitAsync(Change change, CancellationToken cancellationToken) => _writer.CommitAsync(change, cancellationToken);

    public Task<ChangeSession> BeginAsync(IdempotencyKey? key, CancellationToken cancellationToken) => _writer.BeginAsync(key, cancellationToken);

    public Task AppendAsync(NpgsqlTransaction transaction, JournalEvent journalEvent, CancellationToken cancellationToken) =>
        _writer.AppendAsync(transaction, journalEvent, cancellationToken);

    public void Signal() => _wake.Set();

    // Where positions are given in this process, the head is known without asking.
    public async ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) =>
        _status.State == JournalState.Leading ? _window.Head : await _reader.GetHeadAsync(cancellationToken);

    public async ValueTask<long> GetTailAsync(CancellationToken cancellationToken) => await _reader.GetTailAsync(cancellationToken);

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken) =>
        _reader.ReadAsync(after, limit, topics, cancellationToken);

    public IAsyncEnumerable<JournalEntry> FollowAsync(long after, IReadOnlySet<string>? topics, CancellationToken cancellationToken) =>
        _feed.FollowAsync(after, topics, cancellationToken);

    public IAsyncEnumerable<JournalPage> FollowPagesAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken) =>
        _feed.FollowPagesAsync(after, limit, topics, cancellationToken);

    public Task<JournalEntry?> FindAsync(Guid id, CancellationToken cancellationToken) => _reader.FindAsync(id, cancellationToken);

    public void Dispose() => _metrics.Dispose();
}
