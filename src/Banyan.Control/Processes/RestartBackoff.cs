namespace Banyan.Control.Processes;

/// <summary>
/// How long to wait before a child that died is started again: not at all the first time, then 0.2 s, twice that each
/// time up to 10 s; from the beginning again once it has lived for a while. Not thread-safe.
/// </summary>
internal sealed class RestartBackoff
{
    /// <summary>The first wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A child that lived this long was well; its next death is a new matter.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private int _deaths;

    /// <summary>Notes a death.</summary>
    /// <param name="lived">How long the child had lived.</param>
    /// <returns>How long to wait.</returns>
    public TimeSpan OnDeath(TimeSpan lived)
    {
        if (lived >= Healthy)
            _deaths = 0;
        var deaths = _deaths++;
        if (deaths == 0)
            return TimeSpan.Zero;
        var wait = First * Math.Pow(2, Math.Min(deaths - 1, 16));
        return wait < Longest ? wait : Longest;
    }
}
