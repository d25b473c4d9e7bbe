using System.Globalization;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>
/// One run of a platform: its children, started in an order that overlaps as much as can be, kept running, and stopped
/// from the outside in: front door, cells, keepers, the consensus store. The chain's node is started last: nothing waits for it. Members are called by one owner, one after the other.
/// </summary>
public sealed class PlatformRun : IAsyncDisposable
{
    /// <summary>A start that takes longer has failed.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);

    /// <summary>How long a child may take to finish what it has begun.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly PlatformState _platform;
    private readonly TimeProvider _time;
    private readonly Action<RunEvent> _observer;
    private readonly Lock _gate = new();
    private readonly long _began;
    private readonly ChildSupervisor[] _children;

    /// <summary>Prepares a run; nothing is started yet.</summary>
    /// <param name="platform">As in <c>platform.json</c>.</param>
    /// <param name="data">Its folder, locked by the caller.</param>
    /// <param name="executable">The <c>banyan</c> program.</param>
    /// <param name="children">What to run.</param>
    /// <param name="observer">Told of everything that happens, one event at a time.</param>
    /// <param name="time">The clock.</param>
    public PlatformRun(PlatformState platform, DataFolder data, string executable, IEnumerable<ChildSpec> children, Action<RunEvent> observer, TimeProvider time)
    {
        (_platform, _time, _observer) = (platform, time, observer);
        _began = time.GetTimestamp();
        _children = [.. children.Select(spec => new ChildSupervisor(spec, executable, platform, data, time, Report))];
    }

    /// <summary>Starts everything and returns when all of it serves.</summary>
    /// <exception cref="PlatformException">A child can't be started; the caller stops the others.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var readiness = new Readiness(_time, _platform.Links);
        using var patience = new CancellationTokenSource(StartPatience, _time);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        // First: keepers and cells ask it before they do anything else.
        var consensus = Of(ChildKind.Consensus).Select(StartConsensusAsync).ToList();
        var keepers = Of(ChildKind.Keeper).ToDictionary(c => c.Spec.Region!, c => StartKeeperAsync(c, readiness, abandon.Token));
        var steps = new List<Task>([.. consensus, .. keepers.Values.Select(static k => k.Followed)]);
        steps.AddRange(Of(ChildKind.FrontDoor).Select(c => StartOneAsync(c, readiness, Task.CompletedTask, abandon.Token)));
        foreach (var cell in Of(ChildKind.Cell))
        {
            var primary = _platform.FindPartition(cell.Spec.Region!)?.Primary ?? cell.Spec.Region!;
            steps.Add(StartOneAsync(cell, readiness, keepers.TryGetValue(primary, out var keeper) ? keeper.Ready : Task.CompletedTask, abandon.Token));
        }

        var all = Task.WhenAll(steps.Select(AbandonOnFailureAsync));
        var needed = _children.Where(static c => c.Spec.Kind != ChildKind.Chain).ToList();
        var gaveUp = Task.WhenAny(needed.Select(static c => c.GaveUp));
        try
        {
            if (await Task.WhenAny(all, gaveUp) == gaveUp)
            {
                var dead = needed.First(static c => c.GaveUp.IsCompleted);
                throw new PlatformException($"{dead.Spec.Name} can't be started: {await dead.GaveUp}");
            }

            await all;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var missing = string.Join(", ", needed.Where(static c => !c.WasReady && c.Spec.Port is not null).Select(static c => c.Spec.Name));
            throw new PlatformException(string.Create(CultureInfo.InvariantCulture, $"not ready after {StartPatience.TotalSeconds:0} s: {missing}; their logs say why"));
        }
        finally
        {
            await abandon.CancelAsync();
            await Task.WhenAny(all); // No step outlives this method; what failed has been thrown above.
        }

        foreach (var extra in Of(ChildKind.Chain).Concat(Of(ChildKind.Feed)))
            extra.Start();

        async Task StartConsensusAsync(ChildSupervisor child)
        {
            await StartOneAsync(child, readiness, Task.CompletedTask, abandon.Token);
            await StoppingPause.EndAsync(_platform, _time);
        }

        async Task AbandonOnFailureAsync(Task step)
        {
            try
            {
                await step;
            }
            catch
            {
                await abandon.CancelAsync();
                throw;
            }
        }
    }

    /// <summary>Stops everything: what faces the world first, the databases' keepers last.</summary>
    /// <param name="hurry">Cancelled where someone has no patience.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        await StoppingPause.BeginAsync(_platform, _time);
        await StopKindsAsync([ChildKind.Feed, ChildKind.FrontDoor], hurry);
        await StopKindsAsync([ChildKind.Cell], hurry);
        await StopKindsAsync([ChildKind.Keeper], hurry);
        await StopKindsAsync([ChildKind.Consensus, ChildKind.Chain], hurry);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var child in _children)
            child.Dispose();
        return ValueTask.CompletedTask;
    }

    private (Task Ready, Task Followed) StartKeeperAsync(ChildSupervisor keeper, Readiness readiness, CancellationToken cancellationToken)
    {
        var ready = StartOneAsync(keeper, readiness, Task.CompletedTask, cancellationToken);
        return (ready, FollowAsync());

        async Task FollowAsync()
        {
            // From the beginning: a database that can't be started is found before patience ends.
            await readiness.WaitUntilAllRunAsync(_platform, _platform.FindRegion(keeper.Spec.Region!)!, cancellationToken);
            await ready;
            Report(keeper.Spec, RunStep.Following, null);
        }
    }

    private async Task StartOneAsync(ChildSupervisor child, Readiness readiness, Task after, CancellationToken cancellationToken)
    {
        await after;
        cancellationToken.ThrowIfCancellationRequested();
        child.Start();
        await readiness.WaitUntilReadyAsync(child.Spec, cancellationToken);
        child.WasReady = true;
        Report(child.Spec, RunStep.Ready, null);
    }

    private Task StopKindsAsync(ChildKind[] kinds, CancellationToken hurry) =>
        Task.WhenAll(_children.Where(c => kinds.Contains(c.Spec.Kind)).Select(c => c.StopAsync(StopPatience, hurry)));

    private IEnumerable<ChildSupervisor> Of(ChildKind kind) => _children.Where(c => c.Spec.Kind == kind);

    private void Report(ChildSpec child, RunStep step, string? detail)
    {
        lock (_gate)
            _observer(new RunEvent(_time.GetElapsedTime(_began), child, step, detail));
    }
}
