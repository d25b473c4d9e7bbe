using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Failover.Deciding;
using Banyan.Control.Platform;

namespace Banyan.Control.Keepers;

/// <summary>A kept database as those see it who decide about its partition. Thread-safe.</summary>
internal sealed class KeptPartition(PlatformState platform, IKept kept, TimeProvider clock) : IPartitionDatabase
{
    private readonly Lock _gate = new();
    private long? _notRunningSince = clock.GetTimestamp();
    private IReadOnlyList<string> _streaming = [];

    public string Partition => kept.Wanted.Partition;

    public void OnChange(Action tell) => _ = TellAsync(tell);

    public Task RefreshAsync(CancellationToken cancellationToken) => kept.RefreshAsync(cancellationToken);

    public Task PrepareHandOverAsync(CancellationToken cancellationToken) => kept.PrepareHandOverAsync(cancellationToken);

    public DatabaseSight Sight()
    {
        var facts = kept.Facts;
        var isPrimary = facts.Role == DatabaseRole.Primary;
        lock (_gate)
            _notRunningSince = facts.IsRunning ? null : _notRunningSince ?? clock.GetTimestamp();
        return new DatabaseSight
        {
            IsPrimary = isPrimary && facts.IsRunning,
            IsRunning = facts.IsRunning,
            IsEnding = facts.IsEnding,
            IsHandedOver = facts.IsHandedOver,
            DownFor = _notRunningSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero,
            SilentFor = facts.SilentSince is { } silent ? clock.GetElapsedTime(silent) : TimeSpan.Zero,
            IsStreaming = facts.IsStreaming,
            Behind = facts.Role != DatabaseRole.Standby ? null : facts.IsStreaming ? facts.Lag ?? TimeSpan.Zero : facts.CurrentAt is { } at ? clock.GetElapsedTime(at) : null,
            Streaming = isPrimary ? StreamingFrom(facts) : [],
            Synchronous = isPrimary && facts.IsRunning && facts.SynchronousWith is { } with ? [with] : [],
        };
    }

    public void Want(PartitionRecord record, bool handOver, string? syncWith)
    {
        var region = kept.Wanted.Region;
        foreach (var wanted in KeptDatabase.Of(platform, region, p => p == Partition ? record : null))
        {
            if (wanted.Partition == Partition)
                kept.Want(wanted with { HandOver = handOver && wanted.IsPrimary, Synchronous = wanted.IsPrimary ? syncWith : null });
        }
    }

    /// <summary>Who receives; of a server that does not answer, who did when it last answered.</summary>
    private IReadOnlyList<string> StreamingFrom(KeptFacts facts)
    {
        lock (_gate)
        {
            if (facts.IsRunning && facts.AskedAt is not null)
                _streaming = [.. facts.Standbys.Where(static s => s.IsStreaming).Select(s => s.Name).Where(n => n.StartsWith(Partition + "@", StringComparison.Ordinal)).Select(n => n[(Partition.Length + 1)..])];
            return _streaming;
        }
    }

    private async Task TellAsync(Action tell)
    {
        for (var version = -1L; ;)
        {
            version = (await kept.WaitChangedAsync(version, CancellationToken.None)).Version;
            tell();
        }
    }
}
