using Banyan.Control.Failover;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Drills;

/// <summary>Has a partition move in order, by asking the control plane as anyone may.</summary>
internal sealed class DrillSwitch(PlatformState platform, string partition, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    /// <summary>Asks, again where the request is dropped because a standby does not follow yet, and waits until the region's cell holds the lease.</summary>
    /// <returns>Null where it moved, else why not, in one line.</returns>
    public async Task<string?> MoveAsync(string region, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var moves = PlatformMoves.Connect(platform, time);
        if (moves is null)
            return "the platform has no consensus store";
        var began = time.GetTimestamp();
        var asked = default(long?);
        var why = "nobody carried it out";
        while (time.GetElapsedTime(began) < patience)
        {
            try
            {
                if (!(await moves.ReadAsync(cancellationToken)).TryGetValue(partition, out var place))
                    return "the consensus store has no record of it";
                if (place.Record.Primary == region && place.Hold is not null)
                    return null;
                if (place.Record.Primary != region && place.Record.Target is null && (asked is null || time.GetElapsedTime(asked.Value) > AskAgain) && !await moves.IsRequestedAsync(partition, cancellationToken))
                {
                    await moves.RequestSwitchAsync(partition, region, cancellationToken);
                    asked = time.GetTimestamp();
                }
            }
            catch (ConsensusUnavailableException unavailable)
            {
                why = unavailable.Message.TrimEnd('.');
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        await DropAsync(moves, cancellationToken);
        return why;
    }

    private async Task DropAsync(PlatformMoves moves, CancellationToken cancellationToken)
    {
        try
        {
            await moves.DropRequestAsync(partition, cancellationToken);
        }
        catch (ConsensusUnavailableException)
        {
            // Then nobody can carry it out either, and status shows it once the store is back.
        }
    }
}
