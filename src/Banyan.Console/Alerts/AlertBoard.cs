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

    /// <summary>Adds one, or puts it in the place of what was known under its id in its region.</summary>
    public void Put(ConsoleAlert alert) => ImmutableInterlocked.Update(ref _alerts, static (alerts, added) =>
        Trim(alerts.Where(a => a.Id != added.Id || a.Region != added.Region).Append(added)), alert);

    /// <summary>Says that one does not hold any more; nothing happens where it is not known or is over already.</summary>
    public void Close(string region, string id, AlertEnd end) => ImmutableInterlocked.Update(ref _alerts, static (alerts, which) =>
        [.. alerts.Select(a => a.Id == which.id && a.Region == which.region && a.End == AlertEnd.None ? a with { End = which.end } : a)], (region, id, end));

    /// <summary>Puts all that holds in a region; what was thought to hold there and is not among them is over.</summary>
    public void Reset(string region, IReadOnlyList<ConsoleAlert> active) => ImmutableInterlocked.Update(ref _alerts, static (alerts, now) =>
    {
        var ids = now.active.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        return Trim(alerts
            .Where(a => a.Region != now.region || !ids.Contains(a.Id))
            .Select(a => a.Region == now.region && a.End == AlertEnd.None ? a with { End = AlertEnd.Over } : a)
            .Concat(now.active));
    }, (region, active));

    private static ImmutableArray<ConsoleAlert> Trim(IEnumerable<ConsoleAlert> alerts) => [.. alerts.OrderByDescending(static a => a.ReceivedAt).Take(Capacity)];
}
