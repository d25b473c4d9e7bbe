using Banyan.Control.Status;
using Banyan.Engines.Postgres;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Keepers;

/// <summary>Keeps one private instance as the platform wants it: observes, asks <see cref="KeeperPlan"/>, does the step, again.</summary>
internal sealed partial class PrivateDatabase : IKept
{
    /// <summary>Between looks at a database that is well; a death is noticed at once and does not wait for it.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Between looks at a standby that does not receive.</summary>
    private static readonly TimeSpan AnxiousLook = TimeSpan.FromSeconds(1);

    /// <summary>An answer this young is not asked for again.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest that one question to a server may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A server that was well for so long starts a new count of failures.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private readonly KeeperTools _tools;
    private readonly PostgresInstance _instance;
    private readonly PostgresMonitor _monitor;
    private readonly PostgresMonitor? _primary;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1);

    // Owned by the loop.
    private RunningPostgres? _server;
    private bool _announced;
    private int _failures;
    private long _failedAt;
    private string? _lastFailure;
    private long _readySince;

    // Shared with those who ask; under the gate.
    private string _state = "starting";
    private string? _detail;
    private int? _pid;
    private int _restarts;
    private ServerFacts? _facts;
    private long _factsAt;
    private bool _diverged;

    public PrivateDatabase(KeptDatabase wanted, KeeperTools tools, ILogger log)
    {
        Wanted = wanted;
        _tools = tools;
        _log = log;
        _instance = tools.Instance(wanted);
        _monitor = new PostgresMonitor(_instance.ConnectionString(PostgresRoles.Keeper), wanted.Name, Patience, keepSession: true);
        if (wanted.Source is { } source)
            _primary = new PostgresMonitor(PostgresInstance.ConnectionString(source.Port, PostgresRoles.Keeper, tools.Passwords), $"the primary of {wanted.Name}", Patience);
    }

    public KeptDatabase Wanted { get; }

    public bool Answers
    {
        get
        {
            lock (_gate)
                return _facts is not null;
        }
    }

    public DatabaseReport Report
    {
        get
        {
            lock (_gate)
            {
                return new DatabaseReport
                {
                    Partition = Wanted.Partition,
                    Role = Wanted.IsPrimary ? "primary" : "standby",
                    State = _state,
                    Port = Wanted.Port,
                    Pid = _pid,
                    LagBytes = _facts?.LagBytes,
                    LagSeconds = _facts?.Lag?.TotalSeconds,
                    Restarts = _restarts,
                    SizeBytes = _facts?.Size,
                    Connections = _facts?.Connections,
                    ServerVersion = _facts?.Version,
                    Detail = _detail,
                };
            }
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var facts = await ObserveAsync(stop);
                var step = KeeperPlan.Decide(Wanted, facts);
                if (step is KeeperStep.End)
                {
                    Show("stopped", null);
                    return;
                }

                await CarryOutAsync(step, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // What was under way is given up; the next facts say that a stop is wanted.
            }
        }
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state != "running" || (_facts is not null && _tools.Clock.GetElapsedTime(_factsAt) < Fresh))
                return;
        }

        // Someone else asks already and waits: their answer will do.
        if (await _asking.WaitAsync(TimeSpan.Zero, cancellationToken))
            await AskAlreadyAloneAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _asking.Dispose();
        await _monitor.DisposeAsync();
        if (_primary is not null)
            await _primary.DisposeAsync();
    }

    private async Task<DatabaseFacts> ObserveAsync(CancellationToken stop)
    {
        NoteDeath();
        var folder = _instance.ReadFolder();
        var live = _instance.FindServer();
        if (_server is not null) // It may not have written its pid file yet.
            live = new LiveServer(_server.Pid, live?.Pid == _server.Pid ? live.Port : 0, _server.IsReady);
        var facts = new DatabaseFacts
        {
            Folder = folder,
            Server = live,
            IsHeld = _server is not null,
            StopWanted = stop.IsCancellationRequested,
            Failures = _failures,
            SinceFailure = _failures == 0 ? TimeSpan.MaxValue : _tools.Clock.GetElapsedTime(_failedAt),
        };
        if (facts.StopWanted)
            return facts;
        if (facts.IsHeld && live is { IsReady: true })
        {
            Announce();
            var said = await AskAsync(stop);
            return facts with { GoodSlots = Wanted.IsPrimary ? said?.Slots.Where(s => !s.IsLost).Select(s => s.Name).ToList() : null, Link = await JudgeAsync(said, stop) };
        }

        return folder.Kind == DataFolderKind.Missing && _primary is not null ? facts with { Link = await CompareTemplateAsync(stop) } : facts;
    }

    /// <summary>Asks the server and remembers its answer; null where it gave none.</summary>
    private async Task<ServerFacts?> AskAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        return await AskAlreadyAloneAsync(cancellationToken);
    }

    private async Task<ServerFacts?> AskAlreadyAloneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _monitor.ReadAsync(cancellationToken);
            lock (_gate)
            {
                _facts = _state == "running" ? answer.Value : null;
                _factsAt = _tools.Clock.GetTimestamp();
                _detail = answer.Ok ? Complaint(answer.Value) : answer.Error.Message;
            }

            return answer.Value;
        }
        finally
        {
            _asking.Release();
        }
    }

    private string? Complaint(ServerFacts facts) => Wanted.IsPrimary || facts.IsStreaming ? null
        : _diverged ? $"holds changes that its primary on port {Wanted.Source?.Port} does not have, or another history: compare the two before one is deleted"
        : $"does not receive from its primary on port {Wanted.Source?.Port}";

    private async Task<StandbyLink> JudgeAsync(ServerFacts? standby, CancellationToken cancellationToken)
    {
        if (standby is null || _primary is null)
            return StandbyLink.Unknown;
        if (standby.IsStreaming)
        {
            lock (_gate)
                _diverged = false;
            return StandbyLink.Streams;
        }

        var primary = await _primary.ReadAsync(cancellationToken);
        var hasWal = primary.Value is { IsStandby: false } ? await _primary.HasWalAfterAsync(standby.Position, cancellationToken) : null;
        var link = StandbyJudge.Judge(standby, primary.Value, hasWal);
        lock (_gate)
        {
            _diverged = link == StandbyLink.Diverged;
            _detail = Complaint(standby);
        }

        return link;
    }

    /// <summary>Where the primary answers and was not made from the template that is here, a copy of the template is no standby of it.</summary>
    private async Task<StandbyLink> CompareTemplateAsync(CancellationToken cancellationToken)
    {
        if ((await _primary!.ReadAsync(cancellationToken)).Value is not { } primary)
            return StandbyLink.Unknown;
        var template = await _tools.TemplateAsync(cancellationToken);
        return template.Ok && template.Value.ReadSystemIdentifier() != primary.SystemIdentifier ? StandbyLink.OtherTemplate : StandbyLink.Waits;
    }

    private void Show(string state, string? detail)
    {
        lock (_gate)
        {
            _state = state;
            _detail = detail;
            _pid = _server?.Pid;
            if (state != "running")
                _facts = null;
        }
    }
}
