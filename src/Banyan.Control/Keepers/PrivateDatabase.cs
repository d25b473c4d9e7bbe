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

    /// <summary>Between looks for what must come first.</summary>
    private static readonly TimeSpan AwaitLook = TimeSpan.FromMilliseconds(200);

    /// <summary>An answer this young is not asked for again.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest that one question to a server may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A server that was well for so long starts a new count of failures.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private readonly KeeperTools _tools;
    private readonly PostgresMonitor _monitor;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asking = new(1);

    // Owned by the loop; the wish that it works by now, and what follows from it.
    private KeptDatabase _wanted;
    private PostgresInstance _instance;
    private PostgresMonitor? _primary;
    private readonly List<PostgresMonitor?> _retired = []; // Questions to them may be under way.
    private CancellationToken _stop;
    private RunningPostgres? _server;
    private bool _announced;
    private string? _proven; // The standby that commits wait for, with this server and configuration.
    private int _failures;
    private long _failedAt;
    private string? _lastFailure;
    private long _readySince;
    private long _awaitsSince;
    private string? _certificateProblem;
    private int? _handedOver; // The epoch that ended with the standbys level.

    // Shared with those who ask; under the gate.
    private string _state = "starting";
    private string? _detail;
    private int? _pid;
    private int _restarts;
    private ServerFacts? _said;
    private long _saidAt;
    private bool _diverged;
    private KeptDatabase _next;
    private CancellationTokenSource _newWish = new();
    private KeptFacts _facts = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PrivateDatabase(KeptDatabase wanted, KeeperTools tools, ILogger log)
    {
        _next = _wanted = wanted;
        _tools = tools;
        _log = log;
        _instance = tools.Instance(wanted);
        _primary = MonitorOfPrimary(wanted);
        _monitor = new PostgresMonitor(_instance.ConnectionString(PostgresRoles.Keeper), wanted.Name, Patience, keepSession: true, tools.LinkTo(wanted.Region));
    }

    public KeptDatabase Wanted
    {
        get
        {
            lock (_gate)
                return _next;
        }
    }

    public bool Answers
    {
        get
        {
            lock (_gate)
                return _said is not null;
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
                    Partition = _next.Partition,
                    Role = (_facts.Role == DatabaseRole.None ? _next.IsPrimary : _facts.Role == DatabaseRole.Primary) ? "primary" : "standby",
                    State = _state,
                    Port = _next.Port,
                    Pid = _pid,
                    LagBytes = _said?.LagBytes,
                    LagSeconds = _said?.Lag?.TotalSeconds,
                    Restarts = _restarts,
                    SizeBytes = _said?.Size,
                    Connections = _said?.Connections,
                    ServerVersion = _said?.Version,
                    Detail = _detail,
                };
            }
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        _stop = stop;
        while (true)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop, TakeWish());
            try
            {
                var facts = await ObserveAsync(turn.Token);
                var step = KeeperPlan.Decide(_wanted, facts);
                if (step is KeeperStep.End)
                {
                    Show("stopped", null);
                    return;
                }

                await CarryOutAsync(step, turn.Token);
            }
            catch (OperationCanceledException) when (turn.IsCancellationRequested)
            {
                // What was under way is given up; the next facts and the new wish say what to do.
            }
        }
    }

    public async Task<KeptFacts> RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state != "running" || (_said is not null && _tools.Clock.GetElapsedTime(_saidAt) < Fresh))
                return _facts;
        }

        // Someone else asks already: their answer will do.
        if (await _asking.WaitAsync(TimeSpan.Zero, cancellationToken))
            await AskAlreadyAloneAsync(cancellationToken);
        return Facts;
    }

    public Task<PostgresError?> PrepareHandOverAsync(CancellationToken cancellationToken) => _monitor.CheckpointAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _asking.Dispose();
        await _monitor.DisposeAsync();
        foreach (var primary in _retired.Append(_primary))
        {
            if (primary is not null)
                await primary.DisposeAsync();
        }

        _newWish.Dispose();
    }

    private async Task<DatabaseFacts> ObserveAsync(CancellationToken turn)
    {
        NoteDeath();
        var folder = _instance.ReadFolder();
        var live = _instance.FindServer();
        if (_server is not null) // It may not have written its pid file yet.
            live = new LiveServer(_server.Pid, live?.Pid == _server.Pid ? live.Port : 0, _server.IsReady);
        var facts = new DatabaseFacts
        {
            Folder = folder,
            State = folder.State,
            Server = live,
            IsHeld = _server is not null,
            StopWanted = _stop.IsCancellationRequested,
            Failures = _failures,
            SinceFailure = _failures == 0 ? TimeSpan.MaxValue : _tools.Clock.GetElapsedTime(_failedAt),
        };
        Tell(facts);
        if (facts.StopWanted || turn.IsCancellationRequested)
            return facts;
        RenewCertificates();
        var isAsWanted = folder.Kind == DataFolderKind.Ready && folder.IsStandby != _wanted.IsPrimary && !_wanted.HandOver && facts.State is not { Phase: > FolderPhase.Promoting };
        if (isAsWanted && facts.IsHeld)
        {
            facts = facts with { IsConfigured = _instance.IsConfigured() };
            if (live is not { IsReady: true } || (live.Port != 0 && live.Port != _wanted.Port))
                return folder.IsStandby && _instance.LacksWal(_server!) ? facts with { Link = StandbyLink.Outrun } : facts;
            Announce();
            var said = await AskAsync(turn);
            NoteSynchrony();
            return facts with { NeedsProof = NeedsProof(said), GoodSlots = _wanted.IsPrimary ? said?.Slots.Where(s => !s.IsLost).Select(s => s.Name).ToList() : null, Link = await JudgeAsync(said, turn) };
        }

        if (folder.Kind == DataFolderKind.Ready && _wanted is { IsPrimary: true, HandOver: true } && !folder.IsStandby && live is null)
            return _handedOver == _wanted.Epoch ? facts with { EndedLevel = true } : facts with { EndedCleanly = (await _instance.ReadControlAsync(turn)).Value is { IsCleanPrimary: true } };
        if (!isAsWanted && live is null && !_wanted.IsPrimary && _primary is not null && (folder.Kind == DataFolderKind.Ready || facts.State is { Phase: > FolderPhase.Promoting }))
            return facts with { Past = await JudgePastAsync(turn) };
        return folder.Kind == DataFolderKind.Missing && _primary is not null ? facts with { Link = await CompareTemplateAsync(turn) } : facts;
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
            var askedAt = _tools.Clock.GetTimestamp();
            var answer = await _monitor.ReadAsync(cancellationToken);
            lock (_gate)
            {
                _said = _state == "running" ? answer.Value : null;
                _saidAt = _tools.Clock.GetTimestamp();
                _detail = answer.Ok ? Complaint(answer.Value) : answer.Error.Message;
                if (_said is not null)
                    Learn(_said);
                else if (_state == "running" && _facts.SilentSince is null)
                    Change(_facts with { SilentSince = askedAt });
            }

            return answer.Value;
        }
        finally
        {
            _asking.Release();
        }
    }

    private string? Complaint(ServerFacts facts) => !facts.IsStandby || facts.IsStreaming ? null
        : _diverged ? $"holds changes that its primary on port {_next.Source?.Port} does not have, or another history: compare the two before one is deleted"
        : $"does not receive from its primary on port {_next.Source?.Port}";

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

    /// <summary>Whatever else is to be done: a server that is only held, or refused, is asked too.</summary>
    private void RenewCertificates()
    {
        if (_server is null)
            return;
        var (renewed, error) = _instance.RenewCertificates(_server);
        if (renewed)
            KeeperLog.Noted(_log, _wanted.Name, "its certificates were renewed; connections go on.");
        var problem = error?.Message;
        if (problem is not null && problem != _certificateProblem)
            KeeperLog.Noted(_log, _wanted.Name, problem);
        _certificateProblem = problem;
    }

    private void Show(string state, string? detail, bool isEnding = false)
    {
        lock (_gate)
        {
            _state = state;
            _detail = detail;
            _pid = _server?.Pid;
            if (state != "running")
                _said = null;
            Change(_facts with { IsRunning = state == "running", IsEnding = isEnding, Why = detail });
        }
    }
}
