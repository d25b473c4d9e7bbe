using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Failover.Observing;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>
/// A platform in which nothing is real but the decisions: the coordinators and <c>FailoverPlan</c> are the product's own;
/// processes, network, store and databases are played, by one seed. Checks its invariants as it goes.
/// </summary>
internal sealed class SimWorld
{
    private const int Step = 10;
    private readonly SimClock _clock = new();
    private readonly PlatformState _platform;
    private readonly Dictionary<string, int> _ackedEpoch = [];
    private readonly Dictionary<string, int> _seenEpoch = [];
    private readonly Dictionary<long, PartitionRecord> _parsed = [];
    private readonly Dictionary<string, List<SimDatabase>> _databases = [];
    private readonly Dictionary<string, long> _traced = [];
    private int _numbers;

    public SimWorld(int seed, int regions, bool synchronous)
    {
        Random = new Random(seed);
        Store = new SimStore(_clock);
        var names = Enumerable.Range(0, regions).Select(i => $"r{i}").ToList();
        _platform = new PlatformState
        {
            Platform = "sim",
            InstanceId = "sim",
            EntryPort = 1,
            Regions = [.. names.Select((n, i) => new RegionState { Name = n, Tier = "core", Standby = names[(i + 1) % regions], CellPort = 1, KeeperPort = 1 })],
            Partitions =
            [
                .. names.Select((n, i) => new PartitionState
                {
                    Name = n,
                    Primary = n,
                    Replication = synchronous ? "synchronous" : "asynchronous",
                    Databases = [new DatabaseState { Region = n, Port = 1 }, new DatabaseState { Region = names[(i + 1) % regions], Port = 1 }],
                }),
            ],
        };
        Regions = [.. names.Select(n => new SimRegion(n))];
        foreach (var partition in _platform.Partitions)
        {
            Acknowledged[partition.Name] = [];
            Stranded[partition.Name] = [];
            _databases[partition.Name] = [];
            foreach (var holder in partition.Databases)
            {
                var region = Regions.First(r => r.Name == holder.Region);
                var database = new SimDatabase(this, partition.Name, region) { IsPrimary = holder.Region == partition.Name };
                region.Databases.Add(database);
                _databases[partition.Name].Add(database);
                region.Cells.Add(new SimCell(this, partition.Name, region, database));
            }
        }

        foreach (var region in Regions)
        {
            region.Cells.ForEach(static c => c.Restart());
            StartKeeper(region);
        }
    }

    public Random Random { get; }

    public SimStore Store { get; }

    public List<SimRegion> Regions { get; }

    public long Now => _clock.Now;

    public Dictionary<string, List<int>> Acknowledged { get; } = [];

    public Dictionary<string, HashSet<int>> Stranded { get; } = [];

    public List<string> Violations { get; } = [];

    /// <summary>Every change of a record, with the databases at that moment.</summary>
    public List<string> Trace { get; } = [];

    public int Failovers { get; private set; }

    public long StoreAmissAt { get; set; }

    /// <summary>The record of a stored value; each is read once.</summary>
    public PartitionRecord Parse(StoredValue read) =>
        _parsed.TryGetValue(read.Revision, out var record) ? record : _parsed[read.Revision] = PartitionRecord.Parse(read.Value);

    /// <summary>How a partition stands, for the message of a failed seed.</summary>
    public string Describe(string partition) => $"{Store.Values[PartitionKeys.Record(partition)].Value} lease {Store.Values.GetValueOrDefault(PartitionKeys.Lease(partition))?.Value} " + string.Join("; ", Regions.SelectMany(r => r.Databases.Select((d, i) => (r, d, i))).Where(x => x.d.Partition == partition)
        .Select(x => $"{x.r.Name}: {(x.d.IsPrimary ? "primary" : "standby")} of epoch {x.d.Epoch}, {x.d.Log.Count} changes, wanted {x.d.Wanted?.Epoch} {x.d.Wanted?.Primary} {x.d.HandOver} {x.d.SyncWith}, sight {x.d.Sight()}, step {x.r.Coordinators[x.i].Last}, dead {x.d.Process.IsDead}, cell {x.r.Cell.IsDead} holds {x.r.Cells[x.i].Holds} epoch {x.r.Cells[x.i].Epoch}"));

    public int NextNumber() => ++_numbers;

    public IReadOnlyList<SimDatabase> DatabasesOf(string partition) => _databases[partition];

    public SimDatabase? Find(string partition, string region) => _databases[partition].Find(d => d.Region.Name == region);

    /// <summary>Whether a region reaches the store.</summary>
    public bool Reaches(SimRegion region) => Now >= region.CutUntil && Now >= region.StoreCutUntil;

    public bool Connected(SimRegion a, SimRegion b) => a == b || (Now >= a.CutUntil && Now >= b.CutUntil);

    public void Acknowledge(string partition, int number, int epoch, string region)
    {
        Acknowledged[partition].Add(number);
        if (epoch < _ackedEpoch.GetValueOrDefault(partition))
            Violations.Add($"{Now}: {region} acknowledged a change of {partition} in epoch {epoch}, after epoch {_ackedEpoch[partition]} had acknowledged");
        _ackedEpoch[partition] = Math.Max(epoch, _ackedEpoch.GetValueOrDefault(partition));
    }

    public void Run(long milliseconds, Action<SimWorld>? faults = null)
    {
        for (var end = Now + milliseconds; Now < end && Violations.Count == 0;)
        {
            _clock.Now += Step;
            faults?.Invoke(this);
            Store.Tick();
            foreach (var region in Regions)
            {
                Restart(region);
                region.Databases.ForEach(static d => d.Tick());
                region.Cells.ForEach(static c => c.Tick());
                if (region.Keeper.Runs(Now))
                    Keep(region);
            }

            Check();
        }
    }

    private void StartKeeper(SimRegion region)
    {
        region.Coordinators.Clear();
        region.Seen.Clear();
        (region.Said, region.ObservationLease) = (null, null);
        var commits = new PartitionCommits(Store.For(() => Reaches(region)), _clock);
        foreach (var database in region.Databases)
        {
            region.Coordinators.Add(new PartitionCoordinator(
                _platform, _platform.FindPartition(database.Partition)!, region.Name, database, () => Store.Heard(Reaches(region) ? region.Delay : Now - region.CutAt + region.Delay), commits, _clock, NullLogger.Instance));
        }
    }

    private void Restart(SimRegion region)
    {
        if (Due(region.Cell))
            region.Cells.ForEach(static c => c.Restart());
        if (Due(region.Keeper))
            StartKeeper(region);
        foreach (var database in region.Databases)
            Due(database.Process);

        bool Due(SimProcess process)
        {
            if (!process.IsDead || process.RestartAt is not { } at || Now < at)
                return false;
            (process.IsDead, process.RestartAt, process.FrozenUntil) = (false, null, 0);
            return true;
        }
    }

    private void Keep(SimRegion region)
    {
        Observe(region);
        if (Now < region.NextStep)
            return;
        region.NextStep = Now + 20 + Random.Next(30);
        foreach (var coordinator in region.Coordinators)
        {
            try
            {
                coordinator.StepAsync(CancellationToken.None).GetAwaiter().GetResult(); // Completes at once here.
            }
            catch (ConsensusUnavailableException)
            {
                continue; // As in the product: the next step tries again.
            }
        }
    }

    private void Observe(SimRegion region)
    {
        foreach (var other in Regions.Where(r => r != region))
        {
            var (_, cellHeard, keeperHeard) = region.Seen.TryGetValue(other.Name, out var seen) ? seen : (default, Now, Now);
            var connected = Connected(region, other);
            if (connected && other.Cell.Runs(Now))
                cellHeard = Now;
            if (connected && other.Keeper.Runs(Now))
                keeperHeard = Now;
            region.Seen[other.Name] = (new RegionSight(
                SightOf(other.Cell, cellHeard), SightOf(other.Keeper, keeperHeard),
                connected && other.Databases.All(static d => d.Process.IsDead) ? Sight.Refused : Sight.Up), cellHeard, keeperHeard);

            Sight SightOf(SimProcess process, long heard) =>
                connected && process.IsDead ? Sight.Refused : Now - heard > 1_000 ? Sight.Silent : Sight.Up;
        }

        if (Now < region.NextPublish || Store.IsDown || !Reaches(region))
            return;
        region.NextPublish = Now + 20;
        if (region.ObservationLease is { } lease && !Store.Renew(lease))
            (region.ObservationLease, region.Said) = (null, null);
        var word = region.Seen.ToDictionary(static s => s.Key, static s => s.Value.Sight);
        if (region.Said is not null && word.All(w => region.Said[w.Key] == w.Value))
            return;
        region.ObservationLease ??= Store.Grant(3_000);
        if (Store.Commit([], [new StoreWrite(Observation.Key(region.Name), new Observation(region.Name, word).ToJson(), region.ObservationLease)]))
            region.Said = word;
    }

    private void Check()
    {
        foreach (var partition in _platform.Partitions)
        {
            var holding = 0;
            foreach (var region in Regions)
            {
                foreach (var cell in region.Cells)
                    holding += !region.Cell.IsDead && cell.Partition == partition.Name && cell.Holds ? 1 : 0;
            }

            if (holding > 1)
                Violations.Add($"{Now}: {holding} cells may write to {partition.Name}");
            if (!Store.Values.TryGetValue(PartitionKeys.Record(partition.Name), out var read))
                continue;
            var record = Parse(read);
            if (_traced.GetValueOrDefault(partition.Name) != read.Revision)
            {
                _traced[partition.Name] = read.Revision;
                Trace.Add($"{Now} {partition.Name}: {read.Value} | {string.Join("; ", DatabasesOf(partition.Name).Select(d => $"{d.Region.Name} {(d.IsPrimary ? "primary" : "standby")} {d.Epoch} {d.Log.Count} sync {d.SyncWith} runs {d.Process.Runs(Now)}"))}");
            }

            var seen = _seenEpoch.GetValueOrDefault(partition.Name, 1);
            if (record.Epoch == seen)
                continue;
            _seenEpoch[partition.Name] = record.Epoch;
            Failovers++;
            if (record.Epoch != seen + 1)
                Violations.Add($"{Now}: the epoch of {partition.Name} went from {seen} to {record.Epoch}");
            var previous = Regions.First(r => r.Name == record.Previous);
            if (Now - previous.AmissAt > 20_000 && Now - StoreAmissAt > 20_000)
                Violations.Add($"{Now}: {partition.Name} was taken from {previous.Name}, which had been well for {Now - previous.AmissAt} ms: {record.Reason}");
        }
    }
}
