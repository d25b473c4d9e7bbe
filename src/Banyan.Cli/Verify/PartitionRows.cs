using Banyan.Cli.Verbs;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Engines.Postgres;
using Banyan.Journal;
using Banyan.Journal.Log.Verifying;
using Npgsql;

namespace Banyan.Cli.Verify;

/// <summary>The databases of a platform, read as its cells read them. One owner.</summary>
internal sealed class PartitionRows(DataFolder data, PlatformState platform, TimeProvider time) : IDisposable
{
    private readonly List<IDisposable> _open = [];

    /// <summary>The rows of a partition by its primary; null, with a note, where it can't be reached.</summary>
    public async Task<JournalRowLeaves?> OpenAsync(PartitionState partition, Action<string> note, CancellationToken cancellationToken)
    {
        var why = "it has no database";
        foreach (var database in partition.Databases.OrderByDescending(d => d.Region == partition.Primary))
        {
            if (platform.FindRegion(database.Region) is not { } region)
                continue;
            try
            {
                var source = Connect(region, partition, database);
                await using var command = source.CreateCommand("SELECT pg_is_in_recovery()");
                if (await command.ExecuteScalarAsync(cancellationToken) is false)
                    return new JournalRowLeaves(source, partition.Name, JournalSettings.Apply(new JournalOptions { Partition = partition.Name }, platform.Settings).Retention);
                why = $"that in {region.Name} is a standby";
            }
            catch (Exception error) when (error is NpgsqlException or CommandFailure or PlatformException)
            {
                why = error.Message.TrimEnd('.');
            }
        }

        note($"the journal's rows of {partition.Name} are not compared: its primary can't be read ({why})");
        return null;
    }

    public void Dispose()
    {
        foreach (var open in Enumerable.Reverse(_open))
            open.Dispose();
    }

    private NpgsqlDataSource Connect(RegionState region, PartitionState partition, DatabaseState database)
    {
        var settings = new NpgsqlConnectionStringBuilder(CellVerb.ConnectionString(region, partition, database, data)) { ApplicationName = "verify", MaxPoolSize = Environment.ProcessorCount, Timeout = 5, CommandTimeout = 60 };
        // As the region's cell: its database lets nobody else read.
        var links = database.ConnectionFrom is null ? (platform with { Links = null }).Join(data, $"cell-{region.Name}", time).Links : null;
        if (links is not null)
            _open.Add(links);
        var source = PostgresLink.Open(settings, PostgresLink.To(links, region.Name));
        _open.Add(source);
        return source;
    }
}
