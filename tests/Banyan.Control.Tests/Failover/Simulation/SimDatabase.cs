using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Failover.Deciding;

namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>A region's database of a partition in a simulated world: a log of numbers, copied to a standby while both live.</summary>
internal sealed class SimDatabase(SimWorld world, string partition, SimRegion region) : IPartitionDatabase
{
    private long _downSince = -1;
    private int _syncFrom;
    private List<string> _streaming = [];

    public string Partition => partition;

    public SimRegion Region => region;

    public SimProcess Process { get; } = new();

    public bool IsPrimary { get; set; }

    /// <summary>The epoch that its history ends in.</summary>
    public int Epoch { get; set; } = 1;

    public List<int> Log { get; private set; } = [];

    public bool IsHandedOver { get; private set; }

    public string? SyncWith { get; private set; }

    public PartitionRecord? Wanted { get; private set; }

    public bool HandOver { get; private set; }

    public long? PromotedAt { get; set; }

    public bool IsStreaming { get; private set; }

    public void OnChange(Action tell)
    {
    }

    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PrepareHandOverAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Want(PartitionRecord record, bool handOver, string? syncWith)
    {
        if (syncWith != SyncWith)
            _syncFrom = Log.Count;
        (Wanted, HandOver, SyncWith) = (record, handOver, syncWith);
    }

    public DatabaseSight Sight()
    {
        var runs = Process.Runs(world.Now) && !IsHandedOver;
        if (IsPrimary && runs)
            _streaming = [.. world.DatabasesOf(partition).Where(d => d != this && d.IsStreaming && !d.IsPrimary).Select(d => d.Region.Name)];
        return new DatabaseSight
        {
            IsPrimary = IsPrimary && runs,
            IsRunning = runs,
            IsHandedOver = IsHandedOver,
            DownFor = runs || _downSince < 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(world.Now - _downSince),
            IsStreaming = IsStreaming,
            Streaming = IsPrimary ? _streaming : [],
            Synchronous = IsPrimary && runs && SyncWith is { } with && _streaming.Contains(with) && world.Find(partition, with)!.Log.Count >= _syncFrom ? [with] : [],
        };
    }

    /// <summary>What keeper and PostgreSQL do in one step of time.</summary>
    public void Tick()
    {
        _downSince = Process.Runs(world.Now) && !IsHandedOver ? -1 : _downSince < 0 ? world.Now : _downSince;
        if (region.Keeper.Runs(world.Now) && Wanted is { } record)
            Keep(record);
        Copy();
    }

    private void Keep(PartitionRecord record)
    {
        if (Process.IsDead && Process.RestartAt is null && !HandOver && !(record.Target is not null && record.Primary == region.Name))
            Process.RestartAt = world.Now + world.Random.Next(200, 1_200);
        if (record.Primary == region.Name)
        {
            if (HandOver && Process.Runs(world.Now) && IsPrimary && !IsHandedOver)
            {
                // A clean stop hands everything to a standby that listens.
                foreach (var standby in world.DatabasesOf(partition).Where(d => d != this && d.IsStreaming))
                    standby.Take(Log, Epoch);
                IsHandedOver = true;
            }
            else if (!HandOver && IsHandedOver && record.Epoch <= Epoch)
            {
                IsHandedOver = false; // The switch was given up.
            }

            if (!IsPrimary && Process.Runs(world.Now) && record.Epoch > Epoch)
            {
                PromotedAt ??= world.Now + world.Random.Next(30, 200);
                if (world.Now >= PromotedAt)
                    (IsPrimary, Epoch, PromotedAt, IsHandedOver) = (true, record.Epoch, null, false);
            }

            return;
        }

        PromotedAt = null;
        if (IsPrimary && record.Epoch > Epoch && world.Find(partition, record.Primary) is { IsPrimary: true } next && next.Epoch >= record.Epoch && next.Process.Runs(world.Now) && world.Connected(region, next.Region) && !Process.IsDead && world.Now >= Process.FrozenUntil)
        {
            // Back after a failover: what only this one has is kept, then it follows.
            world.Stranded[partition].UnionWith(Log.Except(next.Log));
            (IsPrimary, IsHandedOver, SyncWith) = (false, false, null);
            Take(next.Log, next.Epoch);
        }
    }

    private void Copy()
    {
        var source = world.DatabasesOf(partition).FirstOrDefault(d => d != this && d.IsPrimary && d.Process.Runs(world.Now) && !d.IsHandedOver && d.Epoch >= Epoch);
        IsStreaming = !IsPrimary && source is not null && Process.Runs(world.Now) && world.Connected(region, source.Region)
            && Wanted?.Primary == source.Region.Name && Log.Count <= source.Log.Count && (Log.Count == 0 || Log[^1] == source.Log[Log.Count - 1]);
        if (IsStreaming && world.Random.Next(4) > 0)
            Take(source!.Log, source.Epoch);
    }

    private void Take(List<int> log, int epoch)
    {
        Epoch = epoch;
        if (Log.Count <= log.Count && (Log.Count == 0 || Log[^1] == log[Log.Count - 1]))
            Log.AddRange(log.GetRange(Log.Count, log.Count - Log.Count));
        else
            Log = [.. log];
    }
}
