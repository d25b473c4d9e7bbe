using Banyan.Control.Failover;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Processes;

/// <summary>While a platform stops, its processes fall silent one after the other: nothing is to move because of that.</summary>
internal static class StoppingPause
{
    private const string Why = "the platform is being stopped";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Pauses moves; where the store does not answer nothing can move anyway.</summary>
    public static Task BeginAsync(PlatformState platform, TimeProvider time) => TryAsync(platform, time, static (moves, stop) => moves.PauseAsync(Why, stop));

    /// <summary>Ends a pause that an earlier stop began; an operator's stays.</summary>
    public static Task EndAsync(PlatformState platform, TimeProvider time) => TryAsync(platform, time, static async (moves, stop) =>
    {
        if (await moves.PausedAsync(stop) == Why)
            await moves.PauseAsync(null, stop);
    });

    private static async Task TryAsync(PlatformState platform, TimeProvider time, Func<PlatformMoves, CancellationToken, Task> act)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        await using var moves = PlatformMoves.Connect(platform, time);
        try
        {
            if (moves is not null)
                await act(moves, patience.Token);
        }
        catch (Exception e) when (e is ConsensusUnavailableException or OperationCanceledException)
        {
            return;
        }
    }
}
