using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Signs a checkpoint when the tree has grown and a standby holds it, has it cosigned, and publishes it. At rest it does
/// nothing. One process signs: the one that may write to the partition.
/// </summary>
internal sealed partial class CheckpointKeeper(
    LogIntegrator integrator, TreeStore store, StandbyHold standby, ICheckpointCosigner cosigner, DatabaseTileSource tiles, IWriteFence fence, LogOptions options, LogStatus status, LogMetrics metrics, TimeProvider time,
    ILogger<CheckpointKeeper> logger)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _pause = FirstPause;
    private long? _awaySince;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var grown = integrator.Grown;
            var rest = options.CheckpointInterval;
            try
            {
                if (integrator.Current is not { } tree || tree.Size < options.SignsFrom || tree.Size <= (status.View.Published?.Checkpoint.Size ?? 0))
                {
                    await grown.WaitAsync(cancellationToken);
                    continue;
                }

                var started = time.GetTimestamp();
                await WaitForStandbyAsync(tree, cancellationToken);
                if (!await PublishAsync(tree, cancellationToken))
                    (rest, _pause) = (_pause, _pause * 2 < LongestPause ? _pause * 2 : LongestPause);
                else
                    (rest, _pause) = (options.CheckpointInterval - time.GetElapsedTime(started), FirstPause);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                status.Update(v => v with { CheckpointProblem = $"No checkpoint can be published, and it is tried again: {e.Message}" });
                LogFailed(e, options.Origin, _pause.TotalMilliseconds);
                (rest, _pause) = (_pause, _pause * 2 < LongestPause ? _pause * 2 : LongestPause);
            }

            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns when the standby holds the tree: what is signed then can't be lost by a failover. Or when it has been away for as long as it is waited for.</summary>
    private async Task WaitForStandbyAsync(Integrated tree, CancellationToken cancellationToken)
    {
        var pause = FirstLook;
        while (true)
        {
            var answer = await standby.LookAsync(tree.Committed, cancellationToken);
            if (answer == StandbyAnswer.Alone && options.ExpectsStandby)
                answer = StandbyAnswer.Away;
            if (answer is StandbyAnswer.Held or StandbyAnswer.Alone)
            {
                _awaySince = null;
                status.Update(static v => v with { Alone = null });
                return;
            }

            _awaySince = answer == StandbyAnswer.Away ? _awaySince ?? time.GetTimestamp() : null;
            if (_awaySince is { } since && options.SignsAloneAfter is { } patience && time.GetElapsedTime(since) >= patience)
            {
                var alone = $"The partition's standby has been away for longer than {patience}: checkpoints are signed without it, and a failover to it as it was would end the log.";
                if (status.View.Alone is null)
                    LogAlone(options.Origin, alone);
                status.Update(v => v with { Alone = alone });
                return;
            }

            if (pause >= LongestLook)
                status.Update(v => v with { CheckpointProblem = answer == StandbyAnswer.Away ? "The partition's standby is away: no checkpoint covers what it may not have." : "The partition's standby is behind: no checkpoint covers what it does not have yet." });
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestLook ? pause * 2 : LongestLook;
        }
    }

    private async Task<bool> PublishAsync(Integrated tree, CancellationToken cancellationToken)
    {
        if (!fence.Holds)
            throw new FencedException("The partition's lease does not hold here: no checkpoint is signed.");
        var checkpoint = new Checkpoint(options.Origin, tree.Size, tree.Root);
        var note = SignedNote.Sign(checkpoint.Text, options.Signer);
        if (tree.Oldest < DateTimeOffset.MaxValue)
            metrics.Signed(time.GetUtcNow() - tree.Oldest);
        status.Update(v => v with { Signed = checkpoint.Size });
        var outcome = await cosigner.CosignAsync(new CosigningRequest(checkpoint, note, (from, stop) => new TileTree(tiles, checkpoint.Size).ConsistencyAsync(from, stop)), cancellationToken);
        Tell(outcome);
        if (!outcome.HasQuorum)
        {
            status.Update(v => v with { CheckpointProblem = $"{outcome.Cosigned.Count} of {outcome.Quorum} witnesses that are needed cosign: no newer checkpoint is published." });
            return false;
        }

        await store.KeepAsync(checkpoint.Size, outcome.Note.ToString(), cancellationToken);
        status.Update(v => v with { Published = new PublishedCheckpoint(checkpoint, outcome.Note), CheckpointProblem = null });
        return true;
    }

    private void Tell(CosigningOutcome outcome)
    {
        var refused = outcome.Refused.Count == 0 ? null : $"Witnesses in {string.Join(", ", outcome.Refused)} refuse the log: what they saw of it before does not fit. One history is a fork; see docs/log.md.";
        if (refused is not null && refused != status.View.Refused)
            LogRefused(options.Origin, refused);
        status.Update(v => v with { Refused = refused });
    }

    [LoggerMessage(LogLevel.Warning, "Log {Origin}: no checkpoint can be published; it is tried again in {PauseMilliseconds} ms.")]
    private partial void LogFailed(Exception exception, string origin, double pauseMilliseconds);

    [LoggerMessage(LogLevel.Warning, "Log {Origin}: {Reason}")]
    private partial void LogAlone(string origin, string reason);

    [LoggerMessage(LogLevel.Critical, "Log {Origin}: {Reason}")]
    private partial void LogRefused(string origin, string reason);
}
