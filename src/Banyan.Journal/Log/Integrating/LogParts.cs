using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Publishing;
using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Log.Integrating;

/// <summary>What a log is kept with, whichever generation it is of. Immutable.</summary>
internal sealed record LogParts(
    IJournal Journal, TreeStore Store, StandbyHold Standby, ICheckpointCosigner Cosigner, DatabaseTileSource Tiles, IWriteFence Fence, LogOptions Options, LogStatus Status, LogMetrics Metrics, TimeProvider Time,
    ILoggerFactory Loggers)
{
    /// <summary>Those that do the work of one generation.</summary>
    /// <param name="options">The generation's.</param>
    public LogWork Of(LogOptions options)
    {
        var history = new LogHistory(Cosigner, Tiles, options, Status, Loggers.CreateLogger<LogHistory>());
        var integrator = new LogIntegrator(Journal, Store, Tiles, history, options, Status, Metrics, Time, Loggers.CreateLogger<LogIntegrator>());
        var checkpoints = new CheckpointKeeper(integrator, Store, Standby, Cosigner, Tiles, Fence, options, Status, Metrics, Time, Loggers.CreateLogger<CheckpointKeeper>());
        var publisher = options.Objects is null ? null : new LogPublisher(options.Objects, Tiles, options, Status, Time, Loggers.CreateLogger<LogPublisher>());
        return new LogWork(options, history, integrator, checkpoints, publisher);
    }
}

/// <summary>Those that keep one generation of a log.</summary>
internal sealed record LogWork(LogOptions Options, LogHistory History, LogIntegrator Integrator, CheckpointKeeper Checkpoints, LogPublisher? Publisher);
