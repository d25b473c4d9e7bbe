using System.Collections.Immutable;

namespace Banyan.Console.Alerts;

/// <summary>The last alerts of all regions, newest first. Thread-safe; readers take a snapshot.</summary>
public sealed class AlertBoard
{
    /// <summary>It keeps so many.</summary>
    public const int Capacity = 60;

    private ImmutableArray<ConsoleAlert> _alerts = [];

    /// <summary>The alerts of this moment, newest first.</summary>
    public ImmutableArray<ConsoleAlert> Alerts => ImmutableInterlocked.InterlockedCompareExchange(ref _alerts, default, default);

    /// <summary>Adds one, or puts it in the place of what was known under its identifier in its region.</summary>
    public void Put(ConsoleAlert alert) => ImmutableInterlocked.Update(ref _alerts, static (alerts, added) =>
        [.. alerts.Where(a => a.Identifier != added.Identifier || a.Region != added.Region).Append(added).OrderByDescending(static a => a.Sent).Take(Capacity)], alert);

    /// <summary>Marks one as taken back; nothing happens where it is not known.</summary>
    public void Cancel(string region, string identifier) => ImmutableInterlocked.Update(ref _alerts, static (alerts, which) =>
        [.. alerts.Select(a => a.Identifier == which.identifier && a.Region == which.region ? a with { Cancelled = true } : a)], (region, identifier));
}
