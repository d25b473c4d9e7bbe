using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Control.Platform;
using Banyan.Engines.Postgres;
using Banyan.Services.Climate;
using Banyan.Services.Disaster;
using Banyan.Services.Drills;
using Npgsql;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan cell --data D --region R</c>: the services of a region, in one process.</summary>
internal sealed class CellVerb() : RegionVerb("cell", "The cell of one region of a running platform (started by `up`)")
{
    protected override async Task<ExitCode> RunAsync(RegionState region, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        var partition = platform.FindPartition(region.Name) ?? throw new CommandFailure($"{data.StateFile} has no partition for region {region.Name}: it is damaged");
        var options = new CellOptions
        {
            Context = new CellContext
            {
                Platform = platform.Platform,
                Region = region.Name,
                Partition = partition.Name,
                Jurisdiction = region.Jurisdiction,
                PublicAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{platform.EntryPort}/regions/{region.Name}/")),
                Settings = platform.Settings,
            },
            ConnectionString = ConnectionString(partition, data),
            Port = region.CellPort,
            Epoch = partition.Epoch,
            Time = context.Time,
        };
        await CellHost.RunAsync(options, [new ClimateService(), new DisasterService(), new DrillsService()], stopping);
        return ExitCode.Holds;
    }

    private static string ConnectionString(PartitionState partition, DataFolder data)
    {
        var primary = partition.Databases.FirstOrDefault(d => d.Region == partition.Primary) ?? throw new CommandFailure($"{data.StateFile} has no primary database for {partition.Name}: it is damaged");
        if (primary.ConnectionFrom is { } from)
        {
            var given = ExternalPostgres.ReadConnectionString(from);
            return given.Ok ? given.Value : throw new CommandFailure(given.Error.Message);
        }

        return new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = primary.Port ?? throw new CommandFailure($"{data.StateFile} has no port for the database of {partition.Name}: it is damaged"),
            Database = "banyan",
            Username = "banyan_cell",
            Password = ReadPassword(data.Password("cell")),
        }.ConnectionString;
    }

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file} ({exception.Message.TrimEnd('.')}): it is made by `banyan up`");
        }
    }
}
