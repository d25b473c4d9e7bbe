using System.Collections.Immutable;
using Banyan.Cells.Partitions;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;

namespace Banyan.Control.Chain.Anchoring;

/// <summary>Asks the cell that serves a partition for its log's checkpoint, and believes it only with the signatures it must have.</summary>
internal sealed class CheckpointSource : ICheckpointSource, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PlatformState _platform;
    private readonly LogKeys? _keys;
    private readonly Func<ImmutableSortedDictionary<string, StoredValue>> _heard;
    private readonly HttpClient _http;

    /// <param name="platform">The platform.</param>
    /// <param name="heard">What is in the consensus store, as last heard.</param>
    public CheckpointSource(PlatformState platform, Func<ImmutableSortedDictionary<string, StoredValue>> heard)
    {
        (_platform, _keys, _heard) = (platform, PlatformLogs.KeysOf(platform), heard);
        _http = new HttpClient(LinkHandler.Over(platform.Links, new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Patience, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1) })) { Timeout = Patience };
    }

    /// <inheritdoc/>
    public async Task<HeadSight> NewestAsync(string partition, CancellationToken cancellationToken)
    {
        if (_keys?.TrustOf(LogNames.Origin(_platform.Platform, partition)) is not { } trust)
            return new HeadSight(null, "the platform has no log");
        var primary = _heard().TryGetValue(PartitionKeys.Record(partition), out var value) ? PartitionRecord.Parse(value.Value).Primary : _platform.FindPartition(partition)?.Primary;
        if (_platform.FindRegion(primary ?? "") is not { } region || _platform.FindPartition(partition)?.Databases.FirstOrDefault(d => d.Region == region.Name)?.CellPort is not (> 0 and var port))
            return new HeadSight(null, "no cell serves it");
        byte[]? bytes;
        try
        {
            bytes = await new HttpTileSource(_http, region.Url(port, $"/log/v1/{partition}/")).ReadCheckpointAsync(cancellationToken);
        }
        catch (TileSourceException silent)
        {
            return new HeadSight(null, silent.Message.TrimEnd('.'));
        }

        if (bytes is null)
            return new HeadSight(null, "it has published no checkpoint yet");
        var verdict = trust.Judge(bytes);
        if (!verdict.Holds)
            return new HeadSight(null, $"its newest checkpoint {string.Join("; ", verdict.Problems)}");
        return new HeadSight(verdict.Checkpoint!.Size == 0 ? null : new LogHead(verdict.Checkpoint.Size, verdict.Checkpoint.Root), null);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
