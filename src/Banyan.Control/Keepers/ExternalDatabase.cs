using Banyan.Control.Status;
using Banyan.Engines.Postgres;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Keepers;

/// <summary>
/// Watches a database that was given by connection string. Nothing of it is started, stopped or configured. Where it is one of
/// a pair, a primary and its standby that somebody else has set up, the standby is promoted when the partition moves to it.
/// </summary>
/// <param name="first">What it is wanted to be until the partition's record is known.</param>
/// <param name="stranded">The folder for what only an old primary had.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">Where to tell.</param>
internal sealed partial class ExternalDatabase(KeptDatabase first, string stranded, TimeProvider clock, ILogger log) : IKept
{
    /// <summary>Between looks at one that nobody can take over from.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Between looks at one of a pair: no process of it is ours, so its death is seen by asking only.</summary>
    private static readonly TimeSpan PairLook = TimeSpan.FromSeconds(1);

    /// <summary>Between looks while it is not yet what it is wanted to be.</summary>
    private static readonly TimeSpan AnxiousLook = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FreshOfPair = TimeSpan.FromMilliseconds(100);

    private readonly KeptDatabase _first = first;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1);
    private readonly SemaphoreSlim _wished = new(0);
    private ExternalPostgres? _server;
    private PostgresResult<ServerFacts>? _answer;
    private long _askedAt;
    private bool _stopped;
    private KeptDatabase _wanted = first;
    private bool _isByRecord;
    private string? _detail;
    private KeptFacts _facts = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KeptDatabase Wanted
    {
        get
        {
            lock (_gate)
                return _wanted;
        }
    }

    public KeptFacts Facts
    {
        get
        {
            lock (_gate)
                return _facts;
        }
    }

    public bool Answers
    {
        get
        {
            lock (_gate)
                return _answer is { Ok: true };
        }
    }

    public DatabaseReport Report
    {
        get
        {
            lock (_gate)
            {
                var facts = _answer?.Value;
                return new DatabaseReport
                {
                    Partition = _wanted.Partition,
                    Role = _wanted.IsPrimary ? "primary" : "standby",
                    State = _stopped ? "stopped" : _answer is null ? "starting" : facts is null || _needsOperator ? "failed" : "running",
                    LagBytes = facts?.LagBytes,
                    LagSeconds = facts?.Lag?.TotalSeconds,
                    SizeBytes = facts?.Size,
                    Connections = facts?.Connections,
                    ServerVersion = facts?.Version,
                    Detail = _answer?.Error?.Message ?? _detail,
                };
            }
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await AskAsync(stop);
                var pause = _first.Peer is null ? Look : await StepAsync(stop) ? AnxiousLook : PairLook;
                await _wished.WaitAsync(pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            lock (_gate)
                _stopped = true;
        }
    }

    public async Task<KeptFacts> RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_answer is not null && clock.GetElapsedTime(_askedAt) < (_first.Peer is null ? Fresh : FreshOfPair))
                return _facts;
        }

        // Someone else asks already: their answer will do.
        if (await _asking.WaitAsync(TimeSpan.Zero, cancellationToken))
            await AskAlreadyAloneAsync(cancellationToken);
        return Facts;
    }

    /// <summary>Remembered, and acted on by one of a pair. A role is never taken from platform.json, which says only where a partition began: that is why it matters who wished.</summary>
    public void Want(KeptDatabase wanted)
    {
        lock (_gate)
        {
            if ((wanted.Partition, wanted.Region, wanted.ConnectionFrom) != (_wanted.Partition, _wanted.Region, _wanted.ConnectionFrom))
                throw new ArgumentException($"{wanted.Name} is not {_wanted.Name}.", nameof(wanted));
            if (_isByRecord && wanted == _wanted)
                return;
            (_wanted, _isByRecord) = (wanted, true);
            if (_facts.IsHandedOver && !wanted.HandOver)
                Change(_facts with { IsHandedOver = false });
        }

        KeeperLog.Wished(log, wanted.Name, wanted.IsPrimary ? wanted.HandOver ? "hand over" : "primary" : "standby", wanted.Epoch, "none");
        if (_wished.CurrentCount == 0)
            _wished.Release();
    }

    public async Task<KeptFacts> WaitChangedAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_facts.Version > after)
                    return _facts;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Its checkpoints are its owner's; it is not stopped for a hand-over anyway.</summary>
    public Task<PostgresError?> PrepareHandOverAsync(CancellationToken cancellationToken) => Task.FromResult<PostgresError?>(null);

    public async ValueTask DisposeAsync()
    {
        _asking.Dispose();
        _wished.Dispose();
        foreach (var server in (ExternalPostgres?[])[_server, _peer])
        {
            if (server is not null)
                await server.DisposeAsync();
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        await AskAlreadyAloneAsync(cancellationToken);
    }

    private async Task AskAlreadyAloneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var peer = AskPeerAsync(cancellationToken);
            PostgresResult<ServerFacts> answer;
            if (_server is null)
            {
                var found = ExternalPostgres.From(Wanted.ConnectionFrom!);
                _server = found.Value;
                answer = found.Ok ? await _server!.CheckAsync(_first.Peer is not null, cancellationToken) : found.Error;
            }
            else
            {
                answer = await _server.CheckAsync(_first.Peer is not null, cancellationToken);
            }

            var other = await peer;
            string? before;
            lock (_gate)
            {
                before = _answer?.Error?.Message;
                _answer = answer;
                _peerAnswer = other;
                _askedAt = clock.GetTimestamp();
                Learn(answer, other?.Value);
            }

            if (answer.Error is { } error && error.Message != before)
                KeeperLog.Noted(log, Wanted.Name, error.Message);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Under the gate.</summary>
    private void Learn(PostgresResult<ServerFacts> answer, ServerFacts? peer)
    {
        var said = answer.Value;
        Change(_facts with
        {
            Role = said is null ? _facts.Role : said.IsStandby ? DatabaseRole.Standby : DatabaseRole.Primary,
            IsRunning = answer.Ok,
            Why = answer.Error?.Message ?? _detail,
            Position = said?.Received ?? said?.Position,
            IsStreaming = said is { IsStreaming: true },
            LagBytes = said?.LagBytes,
            Lag = said?.Lag,
            CurrentAt = said is { IsStreaming: true, LagBytes: 0 } ? _askedAt : _facts.CurrentAt,
            Standbys = said is null ? _facts.Standbys : StandbysOf(said, peer),
            AskedAt = answer.Ok ? _askedAt : _facts.AskedAt,
            DiedAt = answer.Ok || !_facts.IsRunning ? _facts.DiedAt : _askedAt,
            Failures = answer.Ok ? 0 : _facts.Failures + 1,
        });
    }

    /// <summary>Under the gate: wakes who waits for a change.</summary>
    private void Change(KeptFacts next)
    {
        _facts = next with { Version = _facts.Version + 1 };
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
