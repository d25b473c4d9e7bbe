using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Publishing;
using Banyan.Journal.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Whether the tree here goes on from what others know of the log: the newest checkpoint that was published here, that a
/// witness has cosigned, that is in the object store. Where it does not, signing anything would make a fork.
/// </summary>
internal sealed partial class LogHistory(ICheckpointCosigner cosigner, DatabaseTileSource tiles, LogOptions options, LogStatus status, ILogger<LogHistory> logger)
{
    /// <summary>
    /// What is known of the log. To be asked before the tree is loaded: another process may grow it meanwhile, and then what
    /// is loaded has everything that was known before.
    /// </summary>
    /// <exception cref="LogHaltedException">What is known was altered.</exception>
    /// <exception cref="TileSourceException">The database can't be read.</exception>
    public async Task<IReadOnlyList<KnownCheckpoint>> FindAsync(CancellationToken cancellationToken)
    {
        var known = new List<KnownCheckpoint>();
        if (await tiles.ReadCheckpointAsync(cancellationToken) is { } kept)
            known.Add(new KnownCheckpoint(Read(kept, "the partition's database"), "published here before", IsOurs: true));
        var witnessed = await cosigner.NewestAsync(options.Origin, cancellationToken);
        if (witnessed.Asked > 0 && witnessed.Answered == 0)
            LogNobodyAnswered(options.Origin, witnessed.Asked);
        if (witnessed is { Checkpoint: { } newest, Newest: { } note })
            known.Add(new KnownCheckpoint(new PublishedCheckpoint(newest, note), "that a witness has cosigned", IsOurs: false));
        if (options.Objects is not null && await StoredAsync(cancellationToken) is { } stored)
            known.Add(new KnownCheckpoint(stored, "in the object store", IsOurs: false));
        return known;
    }

    /// <summary>Checks that the tree goes on from all of it; what was published here is served from now on.</summary>
    /// <exception cref="LogHaltedException">The tree is another.</exception>
    /// <exception cref="TileSourceException">The tree can't be read.</exception>
    public async Task CheckAsync(TreeBuilder tree, IReadOnlyList<KnownCheckpoint> known, CancellationToken cancellationToken)
    {
        foreach (var one in known)
        {
            await CheckAsync(tree, one.Published.Checkpoint, one.Where, cancellationToken);
            if (one.IsOurs)
                status.Update(v => v.Published is { } newest && newest.Checkpoint.Size >= one.Published.Checkpoint.Size ? v : v with { Published = one.Published, Signed = Math.Max(v.Signed, one.Published.Checkpoint.Size) });
        }
    }

    private async Task CheckAsync(TreeBuilder tree, Checkpoint known, string where, CancellationToken cancellationToken)
    {
        if (known.Origin != options.Origin)
            throw new LogHaltedException($"The checkpoint {where} is of log '{known.Origin}', and this is '{options.Origin}'.");
        if (known.Size > tree.Size)
            throw new LogHaltedException($"The checkpoint {where} has {known.Size} entries, and the tree here has {tree.Size}: what is missing was lost, or this is an old copy. Nothing is signed.");
        var root = known.Size == tree.Size ? tree.Root : await new TileTree(tiles, tree.Size).RootAtAsync(known.Size, cancellationToken);
        if (root != known.Root)
            throw new LogHaltedException($"The checkpoint {where} says root {known.Root} for {known.Size} entries, and the tree here has {root}: they are two histories of one log. Nothing is signed.");
    }

    /// <summary>What is in the object store; null where it has none, or is away: then it is not believed either, and nobody relies on it alone.</summary>
    private async Task<PublishedCheckpoint?> StoredAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await options.Objects!.GetAsync(options.ObjectPrefix + LogPublisher.CheckpointKey, cancellationToken) is { } bytes ? Read(bytes, options.Objects.Name) : null;
        }
        catch (Engines.Objects.ObjectStoreException e)
        {
            LogStoreAway(options.Origin, e.Message);
            return null;
        }
    }

    private PublishedCheckpoint Read(byte[] bytes, string where)
    {
        string? problem;
        if (SignedNote.TryParse(bytes, out var note, out problem) && Checkpoint.TryParse(note.Text, out var checkpoint, out problem))
        {
            if (options.Writers.Count == 0 || note.Verify(options.Writers).Holds)
                return new PublishedCheckpoint(checkpoint, note);
            problem = "is not signed by a region that may write this log";
        }

        throw new LogHaltedException($"The checkpoint in {where} {problem}: it was altered. Nothing is signed.");
    }

    [LoggerMessage(LogLevel.Warning, "Log {Origin}: none of the {Asked} witnesses answered; what they have seen of it is not known.")]
    private partial void LogNobodyAnswered(string origin, int asked);

    [LoggerMessage(LogLevel.Warning, "Log {Origin}: the object store does not answer; what it has of it is not known: {Reason}")]
    private partial void LogStoreAway(string origin, string reason);
}

/// <summary>A checkpoint of the log that is known. Immutable.</summary>
/// <param name="Published">It.</param>
/// <param name="Where">Where it is known from, in words.</param>
/// <param name="IsOurs">Whether it was published from this database.</param>
internal sealed record KnownCheckpoint(PublishedCheckpoint Published, string Where, bool IsOurs);
