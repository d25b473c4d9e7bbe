using Banyan.Cells;
using Banyan.Services.Identity.Tokens;

namespace Banyan.Services.Identity;

/// <summary>Which partition is whose: codes, cookies and ids begin with the name of theirs. Thread-safe.</summary>
internal sealed class Homes(IdentitySettings settings, CellContext cell)
{
    /// <summary>Ours.</summary>
    public string Own => cell.Partition;

    /// <summary>The platform's other partitions.</summary>
    public IReadOnlyList<string> Others { get; } = [.. settings.Regions.Where(r => r != cell.Partition)];

    /// <summary>Another partition that made this; null where it is ours, or of nobody we know.</summary>
    public string? Elsewhere(string? token) =>
        OpaqueToken.PartitionOf(token) is { } partition && partition != cell.Partition && settings.Regions.Contains(partition) ? partition : null;

    /// <summary>What paths begin with there, for a browser; null where it is not elsewhere.</summary>
    public string? ElsewherePrefix(string? token) => Elsewhere(token) is { } partition ? $"/regions/{partition}" : null;
}
