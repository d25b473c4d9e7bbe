using System.Collections.Immutable;
using Banyan.Console.Alerts;
using Banyan.Console.Drills;
using Banyan.Console.History;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Routing.Entry;

namespace Banyan.Console.Live;

/// <summary>Looks at the platform, at most once at a time and not more often than asked for. Thread-safe.</summary>
public sealed class SnapshotSource(PlatformState platform, StatusCollector collector, EntryMetrics entry, AlertBoard alerts, DrillWatch drill, HistoryBook history, TimeProvider time) : IDisposable
{
    /// <summary>Drills that are shown.</summary>
    private const int MostDrills = 8;

    private readonly SemaphoreSlim _one = new(1);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private PlatformStatus? _last;

    /// <summary>The platform as seen no longer ago than <paramref name="age"/>; a look is taken only where the last is older.</summary>
    public async Task<ConsoleSnapshot> GetAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (Fresh(age) is { } known)
            return With(known);
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(age) is { } meanwhile)
                return With(meanwhile);
            var status = await collector.CollectAsync(platform, cancellationToken);
            history.Note(status);
            Volatile.Write(ref _last, status);
            return With(status);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private PlatformStatus? Fresh(TimeSpan age) => Volatile.Read(ref _last) is { } last && time.GetUtcNow() - last.ObservedAt <= age ? last : null;

    private ConsoleSnapshot With(PlatformStatus status) => new()
    {
        Status = status,
        Alerts = alerts.Alerts,
        History = history.Current,
        Drills = [.. collector.Drills.Last.Take(MostDrills)],
        Drill = drill.Look(collector.Drills.Last),
        AsksCallers = platform.AsksCallers,
        Entry = new EntryFigures(_startedAt, platform.Regions.ToImmutableDictionary(r => r.Name, r => entry.RequestsOf(r.Name)), entry.RefusedInTotal)
        {
            Holds = platform.Regions.ToImmutableDictionary(r => r.Name, r => entry.HoldsOf(r.Name)),
        },
    };
}
