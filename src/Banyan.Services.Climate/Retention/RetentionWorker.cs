using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Climate.Retention;

/// <summary>Looks after retention some minutes after the start, then every hour.</summary>
internal sealed partial class RetentionWorker(RetentionKeeper keeper, TimeProvider time, ILogger<RetentionWorker> logger) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, time, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var dropped = await keeper.RunAsync(stoppingToken);
                if (dropped > 0)
                    LogDropped(logger, dropped);
            }
            catch (NpgsqlException error)
            {
                LogFailed(logger, error);
            }

            await Task.Delay(Between, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention dropped {Partitions} partitions of readings and roll-ups.")]
    private static partial void LogDropped(ILogger logger, int partitions);

    [LoggerMessage(Level = LogLevel.Error, Message = "Retention failed; it will be tried again in an hour.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
