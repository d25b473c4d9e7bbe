namespace Banyan.Services.Identity.Passwords;

/// <summary>How long an address has to wait after failed logins. Pure.</summary>
internal static class LoginPause
{
    /// <summary>Failures older than this are forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);

    /// <summary>None for the first few; then 30 s, doubling up to <paramref name="longest"/>.</summary>
    /// <param name="failures">Failed logins in a row, this one included.</param>
    /// <param name="after">How many are free.</param>
    /// <param name="longest">The longest pause.</param>
    public static TimeSpan Of(int failures, int after, TimeSpan longest)
    {
        if (failures < after)
            return TimeSpan.Zero;
        var pause = First * Math.Pow(2, Math.Min(failures - after, 30));
        return pause < longest ? pause : longest;
    }
}
