using Npgsql;

namespace Banyan.Services.Climate.Storage;

/// <summary>Where readings lie. Thread-safe.</summary>
internal sealed class ReadingsStore(NpgsqlDataSource source, ClimateOptions options) : IDisposable
{
    /// <summary>The partitions of <c>climate.block</c>.</summary>
    public Partitions Weeks { get; } = new(source, "block", Instants.Week, options.MaxPartitions);

    /// <summary>The width of a partition of minutes, in nanoseconds.</summary>
    public const long MinutePartition = 4 * Instants.Week;

    /// <summary>The partitions of <c>climate.rollup_minute</c>.</summary>
    public Partitions Minutes { get; } = new(source, "rollup_minute", MinutePartition, options.MaxPartitions);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weeks.Dispose();
        Minutes.Dispose();
    }
}
