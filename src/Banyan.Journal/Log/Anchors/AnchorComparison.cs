using System.Globalization;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Journal.Log.Anchors;

/// <summary>Compares anchors with a log whose tree was verified: each must be of a tree that the log's begins with. One owner; in rising order it reads each tile once.</summary>
/// <param name="source">The log.</param>
/// <param name="newest">Its checkpoint.</param>
public sealed class AnchorComparison(ITileSource source, Checkpoint newest)
{
    private readonly TileTree _tree = new(source, newest.Size);

    /// <summary>Compares one.</summary>
    /// <param name="anchor">It.</param>
    /// <param name="where">Where it is, as people are told: <c>the anchor of 40 entries in block 7</c>.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>What is wrong; null where it is of the log's history.</returns>
    public async Task<LogProblem?> CompareAsync(LogAnchor anchor, string where, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        if (anchor.Size > newest.Size)
            return Problem(newest.Size + 1, string.Create(CultureInfo.InvariantCulture, $"the log is behind its anchor: the log shows {newest.Size} entries, and {where} is of {anchor.Size}: entries are missing, or this is an old copy"));
        MerkleHash root;
        try
        {
            root = await _tree.RootAtAsync(anchor.Size, cancellationToken);
        }
        catch (TileSourceException missing)
        {
            return Problem(null, $"{where} can't be compared: {missing.Message.TrimEnd('.')}");
        }

        return root == anchor.Root ? null : Problem(null, string.Create(CultureInfo.InvariantCulture, $"{where} is of another tree: {anchor.Size} entries of the log have the root {root}, and {anchor.Root} is anchored; the log was forked or altered, or a false checkpoint was anchored"));
    }

    private LogProblem Problem(long? entry, string message) => new(newest.Origin, "anchor", entry, message);
}
