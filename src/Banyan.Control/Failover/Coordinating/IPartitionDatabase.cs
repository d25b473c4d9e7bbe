using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Deciding;

namespace Banyan.Control.Failover.Coordinating;

/// <summary>This region's database of one partition, as the coordinator drives it. Thread-safe.</summary>
internal interface IPartitionDatabase
{
    string Partition { get; }

    /// <summary>Has someone told whenever <see cref="Sight"/> may have changed.</summary>
    void OnChange(Action tell);

    /// <summary>How it is now, without asking it.</summary>
    DatabaseSight Sight();

    /// <summary>Asks it anew.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Of a primary that is about to be handed over: does beforehand what would make its stop long.</summary>
    Task PrepareHandOverAsync(CancellationToken cancellationToken);

    /// <summary>What it is to be from now on: primary or standby by the record, stopped where it is handed over, with commits waiting for a standby or not.</summary>
    /// <param name="record">The partition's record.</param>
    /// <param name="handOver">It is to be stopped in order.</param>
    /// <param name="syncWith">The region whose standby commits wait for; null for none.</param>
    void Want(PartitionRecord record, bool handOver, string? syncWith);
}
