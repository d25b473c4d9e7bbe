using System.Collections.Immutable;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies.Health;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Shifts;

namespace Banyan.Routing.Policies.Running;

/// <summary>
/// Holds what HTTP entry and name server of a front door choose by. Readers take <see cref="Current"/> once and never wait
/// for files or network; it is never older than the entry's map. Thread-safe.
/// </summary>
public sealed class PolicyState
{
    private readonly EntryState _entry;
    private readonly PolicySource _source;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TargetHealth[] _health;
    private PolicySet _set;
    private PolicyModel _model;
    private PlaceTable _places = PlaceTable.Empty;
    private ShiftedPolicies _shifted;
    private ImmutableArray<ShiftRecord> _records = [];
    private PolicySnapshot _current;

    /// <exception cref="ArgumentException">The source's targets are not the entry's regions.</exception>
    public PolicyState(EntryState entry, PolicySource source, TimeProvider time)
    {
        if (!source.Targets.Select(static t => t.Name).SequenceEqual(entry.Current.Regions.Select(static r => r.Name)))
            throw new ArgumentException("The targets of policies are the entry's regions, in its order.", nameof(source));
        (_entry, _source, _time) = (entry, source, time);
        _set = BlueprintPolicies.Nearest(source.Targets);
        _shifted = ShiftedPolicies.Make(_set, [], static _ => new ShiftCount());
        _model = _shifted.Model;
        _health = [.. entry.Current.Regions.Select(r => TargetHealth.Begin(TakesClients(r), time.GetUtcNow()))];
        _current = Snapshot(entry.Current);
    }

    /// <summary>Policies and facts of this moment.</summary>
    public PolicySnapshot Current
    {
        get
        {
            var current = Volatile.Read(ref _current);
            return ReferenceEquals(current.Map, _entry.Current) ? current : Look();
        }
    }

    /// <summary>Completes once the policies were read and the shifts are known, or were waited for long enough: before, requests that need a policy should wait.</summary>
    public Task Ready => _ready.Task;

    /// <summary>What shifts there are, and which of them count for nothing here, and why.</summary>
    public ImmutableArray<ShiftRecord> Shifts
    {
        get
        {
            lock (_writing)
                return _records;
        }
    }

    /// <summary>What was read but can't be followed, one line each.</summary>
    internal ImmutableArray<string> Problems
    {
        get
        {
            lock (_writing)
                return _shifted.Problems;
        }
    }

    /// <summary>Takes over policies and places.</summary>
    public void Use(PolicySet set, PlaceTable places)
    {
        lock (_writing)
        {
            (_set, _places) = (set, places);
            Compile();
        }
    }

    /// <summary>Takes over the shifts; counts of those that are known go on.</summary>
    public void Follow(ImmutableArray<ShiftRecord> records)
    {
        lock (_writing)
        {
            _records = records;
            Compile();
        }
    }

    /// <summary>What this front door counted for a shift; null where it is not followed here.</summary>
    internal ShiftCount? CountOf(string id)
    {
        lock (_writing)
            return _shifted.Counts.FirstOrDefault(c => c.Id == id);
    }

    /// <summary>Looks at the entry's map and the time.</summary>
    public PolicySnapshot Look()
    {
        lock (_writing)
        {
            var map = _entry.Current;
            var now = _time.GetUtcNow();
            for (var i = 0; i < _health.Length; i++)
                _health[i] = _health[i].Next(TakesClients(map.Regions[i]), now, _source.Damping);
            var snapshot = Snapshot(map);
            Volatile.Write(ref _current, snapshot);
            return snapshot;
        }
    }

    internal void SetReady() => _ready.TrySetResult();

    private void Compile()
    {
        var before = _shifted.Counts;
        _shifted = ShiftedPolicies.Make(_set, _records, id => before.FirstOrDefault(c => c.Id == id) ?? new ShiftCount { Id = id });
        _model = _shifted.Model;
        Volatile.Write(ref _current, Snapshot(_entry.Current));
    }

    private PolicySnapshot Snapshot(EntryMap map)
    {
        var now = _time.GetUtcNow();
        TargetFacts[] damped = [.. _health.Select(h => h.FactsAt(now, _source.Damping))];
        var best = map.Regions.Min(static r => Rank(r.Availability));
        var names = Facts(damped, map, static r => TakesClients(r));
        var requests = Facts(damped, map, r => Rank(r.Availability) == best);
        return new PolicySnapshot(map, _model, _places, names, requests, map.Regions.First(r => Rank(r.Availability) == best).Availability, _shifted.Counts);
    }

    /// <summary>What is damped counts only where something else is left.</summary>
    private static PolicyFacts Facts(TargetFacts[] damped, EntryMap map, Func<EntryRegion, bool> takes)
    {
        ImmutableArray<TargetFacts> facts = [.. damped.Select((f, i) => takes(map.Regions[i]) ? f : TargetFacts.Lost)];
        return new PolicyFacts(facts.Any(static f => f.Well) ? facts : [.. map.Regions.Select(r => takes(r) ? TargetFacts.AllOfIt : TargetFacts.Lost)]);
    }

    /// <summary>A region whose partition is moving takes clients: the front doors hold their requests until it has moved.</summary>
    private static bool TakesClients(EntryRegion region) => region.Availability is RegionAvailability.Serving or RegionAvailability.Suspected or RegionAvailability.Moving;

    /// <summary>The lower, the sooner it answers.</summary>
    private static int Rank(RegionAvailability availability) => availability switch
    {
        RegionAvailability.Serving => 0,
        RegionAvailability.Suspected => 1,
        RegionAvailability.Moving => 2,
        RegionAvailability.Starting => 3,
        _ => 4,
    };
}
