using Banyan.Cells.Partitions;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>Since when, by this process' clock, things have been as they are: what <see cref="Deciding.PartitionFacts"/> needs beside the facts of the moment.</summary>
internal sealed class PartitionTimers(TimeProvider clock)
{
    /// <summary>Moves longer ago don't count as lately.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(30);

    private readonly Queue<long> _moves = new();
    private PartitionRecord? _record;
    private long _recordSince;
    private long? _unheldSince;
    private long? _cellMissingSince;
    private long? _homeReadySince;

    public TimeSpan RecordAge => clock.GetElapsedTime(_recordSince);

    public TimeSpan Unheld => Since(_unheldSince);

    public TimeSpan CellMissing => Since(_cellMissingSince);

    public TimeSpan HomeReady => Since(_homeReadySince);

    /// <summary>Whether it has been seen held in the record's epoch.</summary>
    public bool WasHeld { get; private set; }

    public int RecentMoves
    {
        get
        {
            while (_moves.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) > Lately)
                _moves.Dequeue();
            return _moves.Count;
        }
    }

    public void Note(PartitionRecord record, bool held, bool cellMissing, bool homeReady)
    {
        var now = clock.GetTimestamp();
        if (_record is null || _record.Epoch != record.Epoch || _record.Target != record.Target)
            _recordSince = now;
        if (_record is not null && _record.Epoch != record.Epoch)
        {
            _moves.Enqueue(now);
            (WasHeld, _unheldSince, _cellMissingSince, _homeReadySince) = (false, null, null, null);
        }

        _record = record;
        WasHeld |= held;
        _unheldSince = held ? null : _unheldSince ?? now;
        _cellMissingSince = cellMissing ? _cellMissingSince ?? now : null;
        _homeReadySince = homeReady ? _homeReadySince ?? now : null;
    }

    private TimeSpan Since(long? begun) => begun is { } at ? clock.GetElapsedTime(at) : TimeSpan.Zero;
}
