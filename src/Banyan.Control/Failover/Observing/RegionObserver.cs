using System.Net;
using Banyan.Control.Platform;

namespace Banyan.Control.Failover.Observing;

/// <summary>Watches the cell, keeper and databases of one other region. <see cref="Current"/> is thread-safe.</summary>
internal sealed class RegionObserver
{
    /// <summary>Between looks at the databases of a region where something is amiss.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ProcessWatch _cell;
    private readonly ProcessWatch _keeper;
    private readonly IPEndPoint[] _databases;
    private readonly TimeProvider _clock;
    private readonly Action _changed;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _amiss = new(0);
    private RegionSight _sight;

    public RegionObserver(PlatformState platform, RegionState region, TimeProvider clock, Action changed)
    {
        (Region, _clock, _changed) = (region.Name, clock, changed);
        _cell = new ProcessWatch(region.EndPoint(region.CellPort), clock, s => Set(v => v with { Cell = s }), platform.Links);
        _keeper = new ProcessWatch(region.EndPoint(region.KeeperPort), clock, s => Set(v => v with { Keeper = s }), platform.Links);
        _databases = [.. platform.Partitions.SelectMany(static p => p.Databases).Where(d => d.Region == region.Name).Select(static d => d.Port).OfType<int>().Select(region.EndPoint)];
    }

    public string Region { get; }

    public RegionSight Current
    {
        get
        {
            lock (_gate)
                return _sight;
        }
    }

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(_cell.RunAsync(stop), _keeper.RunAsync(stop), LookAtDatabasesAsync(stop));

    private async Task LookAtDatabasesAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await _amiss.WaitAsync(stop);
                while (Current is { Cell: Sight.Silent or Sight.Refused } or { Keeper: Sight.Silent or Sight.Refused })
                {
                    var sights = await Task.WhenAll(_databases.Select(d => ProcessWatch.KnockAsync(d, _clock, stop)));
                    Set(v => v with { Database = Join(sights) });
                    await Task.Delay(Look, _clock, stop);
                }

                Set(v => v with { Database = Sight.Unknown });
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends.
        }
    }

    /// <summary>Of several databases: dead where all are, up where one is.</summary>
    private static Sight Join(Sight[] sights) =>
        sights.Length == 0 ? Sight.Unknown : sights.Contains(Sight.Up) ? Sight.Up : sights.Contains(Sight.Silent) ? Sight.Silent : Sight.Refused;

    private void Set(Func<RegionSight, RegionSight> change)
    {
        lock (_gate)
        {
            var before = _sight;
            _sight = change(before);
            if (_sight == before)
                return;
        }

        if (Current is { Cell: Sight.Silent or Sight.Refused } or { Keeper: Sight.Silent or Sight.Refused } && _amiss.CurrentCount == 0)
            _amiss.Release();
        _changed();
    }
}
