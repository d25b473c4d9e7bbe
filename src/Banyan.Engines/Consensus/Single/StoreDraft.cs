using System.Collections.Immutable;

namespace Banyan.Engines.Consensus.Single;

/// <summary>What becomes of a state by some changes; nobody sees it until it is published. Not thread-safe.</summary>
internal sealed class StoreDraft(StoreState from)
{
    private readonly ImmutableSortedDictionary<string, StoredValue>.Builder _values = from.Values.ToBuilder();
    private readonly ImmutableDictionary<long, TimeSpan>.Builder _leases = from.Leases.ToBuilder();

    /// <summary>Of the last write.</summary>
    public long Revision { get; private set; } = from.Revision;

    /// <summary>What has to be written down.</summary>
    public List<LogRecord> Records { get; } = [];

    /// <summary>What watches are told.</summary>
    public List<ChangeNode> Changes { get; } = [];

    /// <summary>A value without lease was written or deleted: it must be on disk before anyone hears of it.</summary>
    public bool MustBeDurable { get; private set; }

    /// <summary>How many values there are.</summary>
    public int Count => _values.Count;

    /// <summary>How many leases there are.</summary>
    public int LeaseCount => _leases.Count;

    /// <summary>The state with all changes.</summary>
    public StoreState ToState() => new(_values.ToImmutable(), _leases.ToImmutable(), Revision);

    /// <summary>Whether a key is at a revision; 0: not there.</summary>
    public bool Holds(StoreCondition condition) => (_values.GetValueOrDefault(condition.Key)?.Revision ?? 0) == condition.Revision;

    /// <summary>Whether a lease is there.</summary>
    public bool HasLease(long lease) => _leases.ContainsKey(lease);

    /// <summary>Makes writes, all at one new revision; none where nothing would change.</summary>
    public void Write(IReadOnlyList<StoreWrite> writes)
    {
        var effective = writes.Where(w => w.Value is not null || _values.ContainsKey(w.Key)).ToList();
        if (effective.Count == 0)
            return;
        Records.Add(new LogRecord { Revision = Revision + 1, Writes = effective });
        Apply(Revision + 1, effective);
    }

    /// <summary>Adds a lease.</summary>
    public void Grant(long lease, TimeSpan timeToLive)
    {
        _leases[lease] = timeToLive;
        Records.Add(new LogRecord { Grant = new GrantRecord(lease, (long)timeToLive.TotalMilliseconds) });
    }

    /// <summary>Ends a lease: its keys vanish, at one new revision.</summary>
    public void End(long lease)
    {
        if (!_leases.Remove(lease))
            return;
        var keys = KeysOf(lease);
        Records.Add(new LogRecord { End = lease, Revision = keys.Count > 0 ? Revision + 1 : null });
        if (keys.Count > 0)
            Apply(Revision + 1, keys);
    }

    /// <summary>The values that follow are of this revision.</summary>
    public void StartAt(long revision) => Revision = revision;

    /// <summary>Does what a record of the file says.</summary>
    public void Replay(LogRecord record)
    {
        if (record.Kept is { } kept)
            _values[kept.Key] = kept;
        else if (record.Grant is { } grant)
            _leases[grant.Id] = TimeSpan.FromMilliseconds(grant.Milliseconds);
        else if (record.End is { } lease)
        {
            _leases.Remove(lease);
            if (record.Revision is { } revision)
                Apply(revision, KeysOf(lease));
        }
        else if (record is { Writes: { } writes, Revision: { } revision })
            Apply(revision, writes);
    }

    private List<StoreWrite> KeysOf(long lease) => [.. _values.Values.Where(v => v.Lease == lease).Select(static v => new StoreWrite(v.Key, null))];

    private void Apply(long revision, IReadOnlyList<StoreWrite> writes)
    {
        Revision = revision;
        var changes = new StoreChange[writes.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            var (key, text, lease) = writes[i];
            var value = text is null ? null : new StoredValue(key, text, revision, lease);
            var before = _values.GetValueOrDefault(key);
            MustBeDurable |= value is { Lease: null } || before is { Lease: null };
            if (value is null)
                _values.Remove(key);
            else
                _values[key] = value;
            changes[i] = new StoreChange(key, value, revision);
        }

        Changes.Add(new ChangeNode(revision, changes));
    }
}
