using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banyan.Control.Drills;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Status;

/// <summary>
/// Asks every keeper, cell and front door of a platform how it is, all at once and with little patience; what does not
/// answer is reported as such. Thread-safe; one instance serves a process for its life.
/// </summary>
public sealed class StatusCollector : IDisposable
{
    /// <summary>A process on this machine that has not answered by then counts as silent.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly long _started;
    private readonly PresentRecords _records;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateWindow> _rates = [];

    /// <summary>Makes one.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="patience">How long to wait for each answer; <see cref="DefaultPatience"/> where null.</param>
    /// <param name="handler">The network; the real one where null.</param>
    /// <param name="links">The process' links; null where they are plain.</param>
    public StatusCollector(TimeProvider time, TimeSpan? patience = null, HttpMessageHandler? handler = null, Links? links = null)
    {
        _time = time;
        _patience = patience ?? DefaultPatience;
        _started = time.GetTimestamp();
        _records = new PresentRecords(time);
        Drills = new DrillBook(time, handler);
        _http = new HttpClient(handler ?? LinkHandler.Over(links, new SocketsHttpHandler { ConnectTimeout = _patience, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), UseProxy = false }), disposeHandler: handler is null)
        {
            MaxResponseContentBufferSize = 1 << 20,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The results of drills, as of the last look.</summary>
    public DrillBook Drills { get; }

    /// <summary>Takes one look at the whole platform. Never fails because a part of it does not answer.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<PlatformStatus> CollectAsync(PlatformState platform, CancellationToken cancellationToken)
    {
        var drills = platform.Objectives.Count > 0 ? Drills.ReadAsync(platform, _patience, cancellationToken) : Task.FromResult<IReadOnlyList<DrillEvidence>>([]);
        var records = _records.ReadAsync(platform, _patience, cancellationToken);
        var doors = Task.WhenAll(platform.AllFrontDoors().Select(d => AskFrontDoorAsync(d, cancellationToken)));
        var cells = platform.Regions.Select(r => AskAsync(r.Url(r.CellPort, "/cell/v1/status"), StatusJson.Default.CellReport, cancellationToken)).ToArray();
        var keepers = platform.Regions.Select(r => AskAsync(r.Url(r.KeeperPort, "/status"), StatusJson.Default.KeeperReport, cancellationToken)).ToArray();
        platform = await records;
        // A partition that has moved is asked for where it is served.
        var elsewhere = platform.Regions.Select(r => ServedElsewhereAsync(platform, platform.FindPartition(r.Name), r, cancellationToken)).ToArray();
        await Task.WhenAll([doors, .. cells, .. keepers, .. elsewhere]);

        var keeperOf = new Dictionary<string, KeeperReport?>();
        for (var i = 0; i < keepers.Length; i++)
            keeperOf[platform.Regions[i].Name] = await keepers[i];
        var regions = new List<RegionStatus>(cells.Length);
        for (var i = 0; i < cells.Length; i++)
            regions.Add(Describe(platform, platform.Regions[i], await cells[i], await elsewhere[i], keeperOf));
        return new PlatformStatus
        {
            Platform = platform.Platform,
            Regions = regions,
            FrontDoors = await doors,
            Chain = platform.Chain is null ? null : _records.Chain,
            Objectives = DrillProofs.Of(platform, await drills, _time.GetUtcNow()),
            ObservedAt = _time.GetUtcNow(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _records.Dispose();
        Drills.Dispose();
    }

    private async Task<CellReport?> ServedElsewhereAsync(PlatformState platform, PartitionState? partition, RegionState region, CancellationToken cancellationToken) =>
        partition is not null && partition.Primary != region.Name && partition.Databases.FirstOrDefault(d => d.Region == partition.Primary)?.CellPort is > 0 and var port
        && platform.FindRegion(partition.Primary) is { } holder
            ? await AskAsync(holder.Url(port, "/cell/v1/status"), StatusJson.Default.CellReport, cancellationToken)
            : null;

    private RegionStatus Describe(PlatformState platform, RegionState region, CellReport? home, CellReport? elsewhere, Dictionary<string, KeeperReport?> keeperOf)
    {
        var partition = platform.FindPartition(region.Name) ?? throw new PlatformException($"platform.json has no partition for region {region.Name}: it is damaged");
        var cell = partition.Primary == region.Name ? home : elsewhere;
        var (state, detail) = partition.Primary == region.Name
            ? RegionAssessment.Assess(region, partition, home, keeperOf.GetValueOrDefault(partition.Primary))
            : RegionAssessment.AssessMoved(partition, home, keeperOf.GetValueOrDefault(region.Name), elsewhere);
        return new RegionStatus
        {
            Name = region.Name,
            Tier = region.Tier,
            State = state,
            Primary = partition.Primary,
            Epoch = cell is { Epoch: > 0 } ? Math.Max(cell.Epoch, partition.Epoch) : partition.Epoch,
            LagBytes = keeperOf.Values.OfType<KeeperReport>().SelectMany(static k => k.Databases)
                .Where(d => d.Partition == partition.Name && d.Role == "standby").Min(static d => d.LagBytes),
            Place = region.Place,
            Jurisdiction = region.Jurisdiction,
            Latitude = region.Latitude,
            Longitude = region.Longitude,
            Standby = region.Standby,
            Detail = cell?.Journal is { Stranded: > 0 and var waiting } ? $"{(detail is null ? "" : detail + "; ")}{waiting} stranded {(waiting == 1 ? "change waits" : "changes wait")} for a decision (banyan stranded)" : detail,
            Shortage = partition.Shortage,
            Cell = cell,
            KeeperAnswers = keeperOf[region.Name] is not null,
            Databases = keeperOf[region.Name]?.Databases ?? [],
            Rates = RatesOf(region.Name, cell),
        };
    }

    private RegionRates? RatesOf(string region, CellReport? cell)
    {
        if (cell?.Counters is not { } counters)
            return null;
        lock (_gate)
        {
            if (!_rates.TryGetValue(region, out var window))
                _rates[region] = window = new RateWindow();
            return window.Look(counters, cell.StartedAt, _time.GetElapsedTime(_started));
        }
    }

    private async Task<FrontDoorStatus> AskFrontDoorAsync(FrontDoorState door, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://localhost:{door.Port}/");
        using var answer = await SendAsync(new Uri($"http://127.0.0.1:{door.Port}/health/live"), cancellationToken);
        return new FrontDoorStatus(door.Name == FrontDoorState.FirstName ? "http" : door.Name, address, answer is { IsSuccessStatusCode: true } ? RegionServing.Serving : RegionServing.Down);
    }

    private async Task<T?> AskAsync<T>(Uri address, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await SendAsync(address, cancellationToken);
        if (answer is not { IsSuccessStatusCode: true })
            return null;
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancellationToken);
        }
        catch (JsonException)
        {
            return null; // Something else listens on that port: the one that was asked does not answer.
        }
    }

    private async Task<HttpResponseMessage?> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await _http.GetAsync(address, either.Token);
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
