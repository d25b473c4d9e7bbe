using Banyan.Cells.Partitions;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>A region's cell for one partition in a simulated world: holds the lease by the rules of docs/failover.md, and takes writes.</summary>
internal sealed class SimCell(SimWorld world, string partition, SimRegion region, SimDatabase database)
{
    public const long TimeToLive = 2_000;
    public const long Margin = 200;
    private const long Renewal = 400;

    private readonly string _recordKey = PartitionKeys.Record(partition);
    private string _holder = Guid.Empty.ToString();
    private long? _lease;
    private int _epoch;
    private long _nextRenewal;
    private (long SentAt, long ArrivesAt, bool Renewed)? _answer;
    private (int Number, long EndsAt, int Epoch)? _write;

    public string Partition => partition;

    /// <summary>By its own deadline it may acknowledge until then.</summary>
    public long ValidUntil { get; private set; }

    public int Epoch => _epoch;

    public long LastAck { get; private set; }

    public bool Holds => _lease is not null && world.Now < ValidUntil;

    /// <summary>A new process: nothing of the old one counts.</summary>
    public void Restart()
    {
        _holder = $"{region.Name}-{world.Random.Next()}";
        (_lease, ValidUntil, _write, _answer) = (null, 0, null, null);
    }

    public void Tick()
    {
        if (!region.Cell.Runs(world.Now))
            return;
        var heard = world.Store.Heard(region.Delay);
        var record = heard.TryGetValue(_recordKey, out var read) ? world.Parse(read) : null;
        Renew(record);
        if (_lease is null && record is not null && record.Primary == region.Name && record.Target is null && database.IsPrimary && database.Process.Runs(world.Now) && !database.IsHandedOver && database.Epoch == record.Epoch)
            Acquire(record, read!);
        Write();
    }

    private void Renew(PartitionRecord? record)
    {
        if (_lease is null)
            return;
        if (_answer is { } answer && world.Now >= answer.ArrivesAt)
        {
            // Counted from when it was sent: what the store counts from came later.
            if (answer.Renewed)
                ValidUntil = Math.Max(ValidUntil, answer.SentAt + TimeToLive - Margin);
            else
                ValidUntil = 0;
            _answer = null;
        }

        var over = record is null || record.Epoch != _epoch || record.Primary != region.Name || record.Target is not null;
        if (over || world.Now >= ValidUntil)
        {
            if (over && _write is not null && world.Now < ValidUntil)
                return; // Finishes what it has begun first.
            if (world.Reaches(region) && !world.Store.IsDown && world.Store.Values.TryGetValue(PartitionKeys.Lease(partition), out var held) && PartitionHold.Parse(held.Value).Holder == _holder)
                world.Store.Commit([new StoreCondition(held.Key, held.Revision)], [new StoreWrite(held.Key, null)]);
            (_lease, ValidUntil, _answer) = (null, 0, null);
            return;
        }

        if (world.Now < _nextRenewal || _answer is not null || !world.Reaches(region) || world.Store.IsDown)
            return;
        _nextRenewal = world.Now + Renewal;
        _answer = (world.Now, world.Now + region.Delay + world.Random.Next(20), world.Store.Renew(_lease.Value));
    }

    private void Acquire(PartitionRecord record, StoredValue read)
    {
        if (!world.Reaches(region) || world.Store.IsDown)
            return;
        var held = world.Store.Values.GetValueOrDefault(PartitionKeys.Lease(partition));
        if (held is not null && PartitionHold.Parse(held.Value) is var hold && (hold.Region != region.Name || hold.Epoch != record.Epoch))
            return;
        var sent = world.Now;
        var lease = world.Store.Grant(TimeToLive);
        if (!world.Store.Commit(
            [new StoreCondition(read.Key, read.Revision), new StoreCondition(PartitionKeys.Lease(partition), held?.Revision ?? 0)],
            [new StoreWrite(PartitionKeys.Lease(partition), new PartitionHold(record.Epoch, region.Name, _holder).ToJson(), lease)]))
            return;
        (_lease, _epoch, ValidUntil, _nextRenewal) = (lease, record.Epoch, sent + TimeToLive - Margin, world.Now + Renewal);
    }

    /// <summary>One write at a time: checked before it begins, committed to the database, and acknowledged only if the lease still holds.</summary>
    private void Write()
    {
        var usable = database.IsPrimary && database.Process.Runs(world.Now) && !database.IsHandedOver;
        if (_write is { } write && world.Now >= write.EndsAt)
        {
            var safe = database.SyncWith is not { } with || world.Find(partition, with)!.Log.LastIndexOf(write.Number) >= 0;
            if (usable && !safe)
                return; // A synchronous commit waits.
            _write = null;
            if (usable && Holds && write.Epoch == _epoch)
                Acknowledge(write.Number);
        }
        else if (_write is null && Holds && usable && database.Epoch == _epoch)
        {
            var number = world.NextNumber();
            database.Log.Add(number);
            _write = (number, world.Now + world.Random.Next(5, 40), _epoch);
        }
    }

    private void Acknowledge(int number)
    {
        LastAck = world.Now;
        world.Acknowledge(partition, number, _epoch, region.Name);
    }
}
