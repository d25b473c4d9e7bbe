using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Climate.Compaction;

/// <summary>
/// Merges blocks behind the readings' back: of series that got several since the last look, in small steps, resting four
/// times as long as it worked. Sleeps where nothing comes.
/// </summary>
internal sealed partial class CompactionWorker : BackgroundService, IWriteObserver
{
    private const int Rest = 4;
    private const int MaxSeriesAtOnce = 64;
    private const int MaxCounted = 1_000_000;
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MaxRest = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Dictionary<SeriesWeek, int> _counts = [];
    private readonly HashSet<SeriesWeek> _waiting = [];
    private readonly Compactor _compactor;
    private readonly ReadingsStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<CompactionWorker> _logger;
    private readonly Counter<long> _merged;

    /// <summary>Makes the worker; it works once it is started.</summary>
    public CompactionWorker(Compactor compactor, ReadingsStore store, ClimateMeter meter, TimeProvider time, ILogger<CompactionWorker> logger)
    {
        _compactor = compactor;
        _store = store;
        _time = time;
        _logger = logger;
        _merged = meter.Meter.CreateCounter<long>("banyan.climate.blocks.merged", "{block}", "Blocks that went into greater ones.");
    }

    /// <inheritdoc/>
    public void Committed(IReadOnlyList<PendingWrite> writes)
    {
        lock (_lock)
        {
            if (_counts.Count > MaxCounted)
                _counts.Clear();
            foreach (var block in writes.SelectMany(static w => w.Blocks))
            {
                var of = new SeriesWeek(block.Series, block.Week);
                ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, of, out _);
                if (++count < CompactionPlan.Fan)
                    continue;
                count = 0;
                _waiting.Add(of);
            }

            if (_waiting.Count == 0)
                return;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, _time, stoppingToken);
        await RunAsync(LookAroundAsync, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
            await RunAsync(WorkAsync, stoppingToken);
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or InvalidDataException)
        {
            LogFailed(_logger, error);
            await Task.Delay(MaxRest, _time, cancellationToken);
        }
    }

    /// <summary>What a crash left: counts are in memory only.</summary>
    private async Task LookAroundAsync(CancellationToken cancellationToken)
    {
        foreach (var week in (await _store.Weeks.ListAsync(cancellationToken)).TakeLast(2))
        {
            var found = await _compactor.FindAsync(week, cancellationToken);
            lock (_lock)
                _waiting.UnionWith(found);
        }

        _signal.Writer.TryWrite(true);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.ReadAsync(cancellationToken);
        await Task.Delay(Gather, _time, cancellationToken);
        while (Take() is { Count: > 0 } some)
        {
            var began = _time.GetTimestamp();
            var (merged, blocks) = await _compactor.StepAsync(some, cancellationToken);
            _merged.Add(blocks);
            if (blocks > 0)
            {
                lock (_lock)
                    _waiting.UnionWith(merged);
            }

            var rest = _time.GetElapsedTime(began) * Rest;
            await Task.Delay(rest < MaxRest ? rest : MaxRest, _time, cancellationToken);
        }
    }

    private List<SeriesWeek> Take()
    {
        lock (_lock)
        {
            var some = _waiting.Take(MaxSeriesAtOnce).ToList();
            _waiting.ExceptWith(some);
            return some;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A step of the compaction failed; it will be tried again.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
