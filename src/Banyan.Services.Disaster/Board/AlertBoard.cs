namespace Banyan.Services.Disaster.Board;

/// <summary>
/// The active public alerts, in memory. Written by the follower of the journal alone; readers take one snapshot, never
/// wait, and never see an alert whose time has passed, even before its expiry is in the journal.
/// </summary>
internal sealed class AlertBoard(TimeProvider time)
{
    private BoardSnapshot _snapshot = BoardSnapshot.Empty;

    public BoardSnapshot Current
    {
        get
        {
            var snapshot = Volatile.Read(ref _snapshot);
            return snapshot.NextExpiry > time.GetUtcNow() ? snapshot : Prune(snapshot);
        }
    }

    public void Set(BoardSnapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);

    public void Apply(AlertChange change)
    {
        BoardSnapshot before;
        do
        {
            before = Volatile.Read(ref _snapshot);
        }
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _snapshot, before.With(change), before), before));
    }

    private BoardSnapshot Prune(BoardSnapshot snapshot)
    {
        var pruned = snapshot.Without(time.GetUtcNow());
        // Whoever is late keeps what it made; the next reader prunes again.
        Interlocked.CompareExchange(ref _snapshot, pruned, snapshot);
        return pruned;
    }
}
