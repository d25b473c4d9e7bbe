using Banyan.Journal;

namespace Banyan.Cells.Partitions;

/// <summary>The fence of one app: shut until it is given a lease, and then as the lease. An app gets one lease in its life. Thread-safe.</summary>
internal sealed class PartitionFence : IWriteFence
{
    private volatile PartitionLease? _lease;

    /// <inheritdoc/>
    public int Epoch => _lease?.Epoch ?? 0;

    /// <inheritdoc/>
    public bool Holds => _lease is { Holds: true };

    /// <summary>For how long it holds if it is not renewed; zero where it does not.</summary>
    public TimeSpan Remaining => _lease is { Holds: true } lease ? lease.Remaining : TimeSpan.Zero;

    /// <summary>How its epoch came about; null before it has a lease.</summary>
    public EpochOrigin? Origin { get; private set; }

    /// <summary>From now on it is as this lease.</summary>
    public void Follow(PartitionLease lease, EpochOrigin origin)
    {
        if (_lease is not null)
            throw new InvalidOperationException("An app serves under one lease only.");
        Origin = origin;
        _lease = lease;
    }
}
