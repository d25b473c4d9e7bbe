namespace Banyan.Cells.Peers;

/// <summary>Names that begin with a partition's: subjects, sessions, grants, clients.</summary>
public static class PartitionNames
{
    /// <summary>The platform's partition that a name begins with; null where it begins with none that can be asked.</summary>
    public static string? HomeOf(string? name, IPartitionPeers peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        return name is not null && name.LastIndexOf('.') is > 0 and var dot && peers.Partitions.Contains(name[..dot]) ? name[..dot] : null;
    }
}
