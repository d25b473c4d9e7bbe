using Banyan.Control.Status;
using Banyan.Engines.Postgres;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Keepers;

/// <summary>Watches a database that was given by connection string. Nothing of it is started, stopped or changed.</summary>
internal sealed class ExternalDatabase(KeptDatabase first, TimeProvider clock, ILogger log) : IKept
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1);
    private ExternalPostgres? _server;
    private PostgresResult<ServerFacts>? _answer;
    private long _askedAt;
    private bool _stopped;
    private KeptDatabase _wanted = first;
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
                    State = _stopped ? "stopped" : _answer is null ? "starting" : facts is null ? "failed" : "running",
                    SizeBytes = facts?.Size,
                    Connections = facts?.Connections,
                    ServerVersion = facts?.Version,
                    Detail = _answer?.Error?.Message,
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
                await Task.Delay(Look, clock, stop);
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
            if (_answer is not null && clock.GetElapsedTime(_askedAt) < Fresh)
                return _facts;
        }

        await AskAsync(cancellationToken);
        return Facts;
    }

    /// <summary>Remembered, so that it is told; who is the primary of databases that are not ours is their owner's to change.</summary>
    public void Want(KeptDatabase wanted)
    {
        lock (_gate)
        {
            if ((wanted.Partition, wanted.Region, wanted.ConnectionFrom) != (_wanted.Partition, _wanted.Region, _wanted.ConnectionFrom))
                throw new ArgumentException($"{wanted.Name} is not {_wanted.Name}.", nameof(wanted));
            _wanted = wanted;
        }
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

    public Task<PostgresError?> PrepareHandOverAsync(CancellationToken cancellationToken) => Task.FromResult<PostgresError?>(null);

    public async ValueTask DisposeAsync()
    {
        _asking.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            PostgresResult<ServerFacts> answer;
            if (_server is null)
            {
                var found = ExternalPostgres.From(Wanted.ConnectionFrom!);
                _server = found.Value;
                answer = found.Ok ? await _server!.CheckAsync(cancellationToken) : found.Error;
            }
            else
            {
                answer = await _server.CheckAsync(cancellationToken);
            }

            string? before;
            lock (_gate)
            {
                before = _answer?.Error?.Message;
                _answer = answer;
                _askedAt = clock.GetTimestamp();
                Learn(answer);
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
    private void Learn(PostgresResult<ServerFacts> answer)
    {
        var said = answer.Value;
        _facts = new KeptFacts
        {
            Version = _facts.Version + 1,
            Role = said is null ? _facts.Role : said.IsStandby ? DatabaseRole.Standby : DatabaseRole.Primary,
            IsRunning = answer.Ok,
            Why = answer.Error?.Message,
            Position = said?.Received ?? said?.Position,
            IsStreaming = said is { IsStreaming: true },
            LagBytes = said?.LagBytes,
            Lag = said?.Lag,
            CurrentAt = said is { IsStreaming: true, LagBytes: 0 } ? _askedAt : _facts.CurrentAt,
            Standbys = said?.Standbys ?? [],
            AskedAt = answer.Ok ? _askedAt : _facts.AskedAt,
            DiedAt = answer.Ok || !_facts.IsRunning ? _facts.DiedAt : _askedAt,
            Failures = answer.Ok ? 0 : _facts.Failures + 1,
        };
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
