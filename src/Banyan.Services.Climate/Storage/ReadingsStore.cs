using Npgsql;

namespace Banyan.Services.Climate.Storage;

/// <summary>Where readings lie. Thread-safe.</summary>
internal sealed class ReadingsStore(NpgsqlDataSource source, ClimateOptions options) : IDisposable
{
    /// <summary>The partitions of <c>climate.block</c>.</summary>
    public Partitions Weeks { get; } = new(source, "block", Instants.Week, options.MaxPartitions);

    /// <inheritdoc/>
    public void Dispose() => Weeks.Dispose();
}
