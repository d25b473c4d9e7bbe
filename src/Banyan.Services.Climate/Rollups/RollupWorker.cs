using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Banyan.Services.Climate.Ingest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Climate.Rollups;

/// <summary>
/// Makes roll-ups behind the readings' back: some time after they came, in small steps, and resting three times as long
/// as it worked, so that under full load roll-ups fall behind and readings do not. Sleeps where nothing comes.
/// </summary>
internal sealed partial class RollupWorker : BackgroundService, IWriteObserver
{
    private const int Rest = 3;
    private static readonly TimeSpan MaxRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RollupMaker _maker;
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger<RollupWorker> _logger;
    private readonly TimeSpan _delay;
    private readonly Counter<long> _made;
    private long _oldest;

    /// <summary>Makes the worker; it works once it is started.</summary>
    public RollupWorker(RollupMaker maker, NpgsqlDataSource source, ClimateOptions options, ClimateMeter meter, TimeProvider time, ILogger<RollupWorker> logger)
    {
        _maker = maker;
        _source = source;
        _time = time;
        _logger = logger;
        _delay = options.RollupDelay;
        _made = meter.Meter.CreateCounter<long>("banyan.climate.rollup.hours", "{hour}", "Hours of series whose roll-ups were made.");
        meter.Meter.CreateObservableGauge("banyan.climate.rollup.lag", () => Lag.TotalSeconds, "s", "How long the oldest readings wait for their roll-ups.");
    }

    /// <summary>How long the oldest readings wait for their roll-ups; zero where none do.</summary>
    public TimeSpan Lag => Volatile.Read(ref _oldest) is var ticks and > 0 ? TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - ticks)) : TimeSpan.Zero;

    /// <inheritdoc/>
    public void Committed(IReadOnlyList<PendingWrite> writes)
    {
        if (Volatile.Read(ref _oldest) == 0)
            Volatile.Write(ref _oldest, _time.GetUtcNow().UtcTicks);
        _signal.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TooManyPartitionsException or InvalidDataException)
            {
                LogFailed(_logger, error);
                await Task.Delay(AfterFailure, _time, stoppingToken);
            }
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var (hours, _) = await _maker.StepAsync(_time.GetUtcNow() - _delay, cancellationToken);
        if (hours > 0)
        {
            _made.Add(hours);
            var rest = _time.GetElapsedTime(began) * Rest;
            await Task.Delay(rest < MaxRest ? rest : MaxRest, _time, cancellationToken);
            return;
        }

        _signal.Reader.TryRead(out _);
        var oldest = await StaleMarks.OldestAsync(_source, cancellationToken);
        Volatile.Write(ref _oldest, oldest?.UtcTicks ?? 0);
        if (oldest is null)
        {
            await _signal.Reader.ReadAsync(cancellationToken);
            await Task.Delay(_delay, _time, cancellationToken);
            return;
        }

        var wait = oldest.Value + _delay - _time.GetUtcNow();
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A step of the roll-ups failed; it will be repeated.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
