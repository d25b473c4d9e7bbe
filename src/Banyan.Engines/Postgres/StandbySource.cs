namespace Banyan.Engines.Postgres;

/// <summary>Where a standby gets its changes from. Immutable.</summary>
/// <param name="Host">The primary's address.</param>
/// <param name="Port">The primary's port.</param>
/// <param name="Slot">
/// The replication slot, of <see cref="ReplicationSlot.NameOf"/>. It exists on the right primary alone: every database of
/// a platform is cloned from one template and so has the same system identifier, and PostgreSQL itself would let a
/// standby stream from the primary of another partition.
/// </param>
public sealed record StandbySource(string Host, int Port, string Slot)
{
    /// <summary>The host that the primary's certificate must be of, whatever its address; null where connections are plain.</summary>
    public string? ServerName { get; init; }
}
