using Banyan.Control.Status;
using Banyan.Engines.Postgres;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Keepers;

/// <summary>Watches a database that was given by connection string. Nothing of it is started, stopped or changed.</summary>
internal sealed class ExternalDatabase(KeptDatabase wanted, TimeProvider clock, ILogger log) : IKept
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1);
    private ExternalPostgres? _server;
    private PostgresResult<ServerFacts>? _answer;
    private long _askedAt;
    private bool _stopped;

    public KeptDatabase Wanted => wanted;

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
                    Partition = wanted.Partition,
                    Role = wanted.IsPrimary ? "primary" : "standby",
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

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_answer is not null && clock.GetElapsedTime(_askedAt) < Fresh)
                return;
        }

        await AskAsync(cancellationToken);
    }

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
                var found = ExternalPostgres.From(wanted.ConnectionFrom!);
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
            }

            if (answer.Error is { } error && error.Message != before)
                KeeperLog.Noted(log, wanted.Name, error.Message);
        }
        finally
        {
            _asking.Release();
        }
    }
}
