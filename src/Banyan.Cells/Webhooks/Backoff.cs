namespace Banyan.Cells.Webhooks;

/// <summary>When a failed delivery is tried again: 2 s, then three times as long each time up to 4 hours, give or take a fifth.</summary>
public static class Backoff
{
    /// <summary>The most attempts; with the waits between them, about 21 hours.</summary>
    public const int MaxAttempts = 14;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    /// <summary>How long to wait after a number of failed attempts.</summary>
    /// <param name="attempts">At least 1.</param>
    /// <param name="random">From 0 up to 1.</param>
    public static TimeSpan After(int attempts, double random)
    {
        var wait = First * Math.Pow(3, Math.Min(attempts - 1, 20));
        return (wait < Longest ? wait : Longest) * (0.8 + (0.4 * random));
    }
}
