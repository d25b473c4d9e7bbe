using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Another partition that the first administrator's invitation is of, which begins with no name; null where it is not that, or is ours.</summary>
    public string? ElsewhereOfInvitation(string? token) =>
        token is { Length: > 0 } && settings.Invitation?.Split('/') is [var partition, var hash] && partition != cell.Partition
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(OpaqueToken.Hash(token))), Encoding.ASCII.GetBytes(hash.ToLowerInvariant()))
            ? partition
            : null;

    /// <summary>What paths begin with there, for a browser; null where it is not elsewhere.</summary>
    public string? ElsewherePrefix(string? token) => Elsewhere(token) is { } partition ? $"/regions/{partition}" : null;
}
