using Banyan.Engines.Objects;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Log.Publishing;

/// <summary>
/// Keeps a copy of the published log in an object store, in the layout in which it is served: tiles and bundles first, then
/// the checkpoint that they belong to. Where it goes on from is in the store itself. A store that is full or away holds up
/// nothing: it is tried again, and the status says how far behind it is.
/// </summary>
internal sealed partial class LogPublisher(IObjectStore store, DatabaseTileSource tiles, LogOptions options, LogStatus status, TimeProvider time, ILogger<LogPublisher> logger)
{
    /// <summary>The checkpoint's key below the prefix.</summary>
    public const string CheckpointKey = "checkpoint";

    private const int ObjectsAtOnce = 64;
    private static readonly ObjectKind CheckpointKind = new("text/plain; charset=utf-8");
    private static readonly ObjectKind TileKind = new("application/octet-stream", Immutable: true);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly List<NewObject> _waiting = [];
    private TimeSpan _pause = FirstPause;
    private long? _stored;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = status.Changed;
            var rest = options.PublishInterval;
            try
            {
                if (status.View.Published is not { } published || published.Checkpoint.Size <= _stored)
                {
                    await changed.WaitAsync(cancellationToken);
                    continue;
                }

                _stored ??= await FindStoredAsync(published, cancellationToken);
                if (_stored < published.Checkpoint.Size)
                    await PublishAsync(_stored.Value, published, cancellationToken);
                _pause = FirstPause;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                (rest, _pause, _stored) = (_pause, _pause * 2 < LongestPause ? _pause * 2 : LongestPause, null);
                status.Update(v => v with { StoreProblem = e.Message });
                LogFailed(options.Origin, e.Message, rest.TotalSeconds);
            }

            await Task.Delay(rest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The size that the store has; 0 where it has nothing that can be gone on from.</summary>
    private async Task<long> FindStoredAsync(PublishedCheckpoint published, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(options.ObjectPrefix + CheckpointKey, cancellationToken) is not { } bytes)
            return 0;
        if (!SignedNote.TryParse(bytes, out var note, out var problem) || !Checkpoint.TryParse(note.Text, out var stored, out problem) || stored.Origin != options.Origin)
            throw new ObjectStoreException($"{store.Name}: {options.ObjectPrefix}{CheckpointKey} {problem ?? "is of another log"}: nothing is written over it. Move it away, and the log is published anew.");
        if (stored.Size > published.Checkpoint.Size || await new TileTree(tiles, published.Checkpoint.Size).RootAtAsync(stored.Size, cancellationToken) != stored.Root)
            throw new ObjectStoreException($"{store.Name}: {options.ObjectPrefix}{CheckpointKey} is of another history of the log ({stored.Size} entries): nothing is written over it. See docs/log.md.");
        return stored.Size;
    }

    private async Task PublishAsync(long from, PublishedCheckpoint published, CancellationToken cancellationToken)
    {
        var size = published.Checkpoint.Size;
        await PutLevelAsync(TileId.Entries, from, size, cancellationToken);
        for (var level = 0; level < 8 && size >> (8 * level) > 0; level++)
            await PutLevelAsync(level, from, size, cancellationToken);
        await FlushAsync(cancellationToken);
        await store.PutAsync(options.ObjectPrefix + CheckpointKey, published.Bytes, CheckpointKind, cancellationToken);
        _stored = size;
        status.Update(v => v with { Stored = size, StoreProblem = null });
        await RemovePartialAsync(from, size, cancellationToken);
    }

    private async Task PutLevelAsync(int level, long from, long size, CancellationToken cancellationToken)
    {
        var first = (from >> (8 * Math.Max(level, 0))) / TileId.FullWidth;
        for (var index = first; TileId.WidthIn(level, index, size) is > 0 and var width; index++)
        {
            if (width < TileId.FullWidth && TileId.WidthIn(level, index, from) == width)
                return; // as it was
            var id = new TileId(level, index, width);
            var bytes = await tiles.ReadAsync(id, cancellationToken) ?? throw new TileSourceException($"{tiles.Name}: {id} is missing.");
            _waiting.Add(new NewObject(options.ObjectPrefix + id.Path, bytes, TileKind));
            if (_waiting.Count >= ObjectsAtOnce)
                await FlushAsync(cancellationToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PutAllAsync(_waiting, cancellationToken);
        }
        finally
        {
            _waiting.Clear();
        }
    }

    /// <summary>Partial tiles whose full ones are there now may go (C2SP tlog-tiles, Partial Tiles): those of the edge that was.</summary>
    private async Task RemovePartialAsync(long from, long size, CancellationToken cancellationToken)
    {
        for (var level = TileId.Entries; level < 8; level++)
        {
            var index = (from >> (8 * Math.Max(level, 0))) / TileId.FullWidth;
            if (TileId.WidthIn(level, index, from) is > 0 and < TileId.FullWidth && TileId.WidthIn(level, index, size) == TileId.FullWidth)
                await store.DeleteAllAsync($"{options.ObjectPrefix}{new TileId(level, index, TileId.FullWidth).Path}.p/", cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Log {Origin} can't be published to the object store; it is tried again in {PauseSeconds} s, and nothing waits for it: {Reason}")]
    private partial void LogFailed(string origin, string reason, double pauseSeconds);
}
