using Banyan.Control.Drills;
using Banyan.Control.Drills.Breaking;
using Banyan.Control.Platform;

namespace Banyan.Console.Drills;

/// <summary>Looks what a drill of this platform writes about itself while it runs, and finds its result afterwards. Thread-safe.</summary>
/// <param name="data">The platform's folder; null: nothing is ever seen.</param>
/// <param name="time">The clock.</param>
public sealed class DrillWatch(DataFolder? data, TimeProvider time)
{
    /// <summary>A drill that is over is shown for so long.</summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(5);

    /// <summary>A result that has not come by then does not come: the drill was ended before its time.</summary>
    public static readonly TimeSpan ResultPatience = TimeSpan.FromSeconds(45);

    private readonly Lock _gate = new();
    private LiveDrill? _last;
    private long? _endedAt;

    /// <summary>How it is now.</summary>
    /// <param name="results">Results as they were last read, newest first.</param>
    public LiveDrill? Look(IReadOnlyList<DrillEvidence> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (data is null)
            return null;
        var state = Read();
        lock (_gate)
        {
            if (state is not null)
            {
                _endedAt = null;
                return _last = Of(state, PlatformLock.ReadHolder(data.DrillLockFile) is null ? LiveDrillPhase.CutOff : LiveDrillPhase.Running);
            }

            if (_last is null)
                return null;
            _endedAt ??= time.GetTimestamp();
            var since = time.GetElapsedTime(_endedAt.Value);
            var found = results.FirstOrDefault(e => e.Result.Scenario == _last.Scenario && e.Result.Region == _last.Region && (e.Result.StartedAt - _last.StartedAt).Duration() < TimeSpan.FromMilliseconds(1))?.Result;
            if (since >= Afterwards || (found is null && since >= ResultPatience))
                _last = null;
            else
                _last = found is null ? _last with { Phase = LiveDrillPhase.Ended } : _last with { Phase = LiveDrillPhase.Told, Result = found, Timeline = found.Timeline };
            return _last;
        }
    }

    private BrokenState? Read()
    {
        try
        {
            return BrokenState.Read(data!);
        }
        catch (DrillException)
        {
            return null; // Damaged: the next `banyan drill` says what to do.
        }
    }

    private static LiveDrill Of(BrokenState state, LiveDrillPhase phase) => new()
    {
        Phase = phase,
        Scenario = state.Scenario,
        Region = state.Region,
        Serving = state.Serving,
        StartedAt = state.StartedAt,
        Seconds = state.Seconds,
        SinceBrokenMs = state.SinceBrokenMs,
        Timeline = state.Timeline,
        Acknowledged = state.Acknowledged,
        QuietMs = state.QuietMs,
        Requests = state.Requests,
        Failed = state.Failed,
        Rates = state.Rates,
    };
}
