using System.Globalization;
using System.Net;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Cells.Partitions;
using Banyan.Cells.Peers;
using Banyan.Cli.Cells;
using Banyan.Cells.Personal;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;
using Banyan.Engines.Keys;
using Banyan.Engines.Postgres;
using Banyan.Services.Climate;
using Banyan.Services.Disaster;
using Banyan.Services.Drills;
using Banyan.Services.Identity;
using Npgsql;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan cell --data D --region R</c>: every partition that has a database in a region, in one process.</summary>
internal sealed class CellVerb() : RegionVerb("cell", "The cell of one region of a running platform (started by `up`)")
{
    protected override async Task<ExitCode> RunAsync(RegionState region, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        if (platform.FindPartition(region.Name) is null)
            throw new CommandFailure($"{data.StateFile} has no partition for region {region.Name}: it is damaged");
        var keys = OpenKeys(data, platform);
        using var log = CellLog.Open(region, data, platform, context.Time);
        await using var store = platform.ConnectConsensus(context.Time);
        if (store is null)
        {
            await CellHost.RunAsync(OptionsOf(region, platform.FindPartition(region.Name)!, data, platform, context) with { Keys = keys, Log = log?.Options, Witness = log?.Witness }, Services(asksCallers: false), stopping);
            return ExitCode.Holds;
        }

        await using var access = platform.AsksCallers ? CellAccess.Follow(platform, store, context.Time) : null;
        using var peers = new PartitionPeers(CellsOf(platform), platform.Links, context.Time);
        await PartitionHost.RunAsync(
            new PartitionHostOptions
            {
                Store = store,
                Region = region.Name,
                Time = context.Time,
                Partitions = [.. platform.Partitions.Where(p => p.Databases.Any(d => d.Region == region.Name)).Select(p => new HostedPartition
                {
                    Cell = OptionsOf(region, p, data, platform, context) with { Keys = keys, Access = access?.Options, Peers = peers, Log = log?.Options, Witness = log?.Witness },
                    Services = () => Services(platform.AsksCallers),
                    Initial = new PartitionRecord { Epoch = p.Epoch, Primary = p.Primary },
                    IsHome = p.Name == region.Name,
                })],
            },
            stopping);
        return ExitCode.Holds;
    }

    /// <param name="asksCallers">Whether cells ask who their callers are: then people and machines can become known here.</param>
    internal static IReadOnlyList<IService> Services(bool asksCallers) => [new ClimateService(), new DisasterService(), new DrillsService(), .. asksCallers ? [new IdentityService()] : (IService[])[]];

    /// <summary>Where each partition's cells listen, that of its own region first.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<Uri>> CellsOf(PlatformState platform) => platform.Partitions.ToDictionary(
        static p => p.Name,
        p => (IReadOnlyList<Uri>)[.. p.Databases.OrderByDescending(d => d.Region == p.Primary)
            .Select(d => (Database: d, Region: platform.FindRegion(d.Region)))
            .Where(static d => d.Region is not null)
            .Select(d => d.Region!.Url(p.Name == d.Region.Name ? d.Region.CellPort : d.Database.CellPort))],
        StringComparer.Ordinal);

    private static KeyOptions? OpenKeys(DataFolder data, PlatformState platform)
    {
        try
        {
            return platform.Keys is { } keys ? new KeyOptions { Root = RootKeyFile.Open(keys.PathIn(data)) } : null;
        }
        catch (RootKeyException error)
        {
            throw new CommandFailure(error.Message.TrimEnd('.'));
        }
    }

    private static CellOptions OptionsOf(RegionState region, PartitionState partition, DataFolder data, PlatformState platform, VerbContext context)
    {
        var database = partition.Databases.FirstOrDefault(d => d.Region == region.Name)
            ?? throw new CommandFailure($"{data.StateFile} has no database of {partition.Name} in {region.Name}: it is damaged");
        return new CellOptions
        {
            Context = new CellContext
            {
                Platform = platform.Platform,
                Region = region.Name,
                Partition = partition.Name,
                Jurisdiction = region.Jurisdiction,
                Jurisdictions = platform.Regions.Where(static r => r.Jurisdiction is not null).ToDictionary(static r => r.Name, static r => r.Jurisdiction!, StringComparer.Ordinal),
                PublicAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{platform.EntryPort}/regions/{partition.Name}/")),
                Settings = platform.Settings,
            },
            ConnectionString = ConnectionString(region, partition, database, data),
            DatabaseLink = database.ConnectionFrom is null ? PostgresLink.To(platform.Links, region.Name) : null,
            Address = IPAddress.Parse(region.Address),
            Port = partition.Name == region.Name ? region.CellPort : database.CellPort,
            Links = platform.Links,
            ExpectsStandby = partition.Databases is [_, _, ..] && partition.Databases.All(static d => d.ConnectionFrom is null),
            Epoch = partition.Epoch,
            Deployment = platform.Deployment,
            Time = context.Time,
        };
    }

    internal static string ConnectionString(RegionState region, PartitionState partition, DatabaseState database, DataFolder data)
    {
        if (database.ConnectionFrom is { } from)
        {
            var given = ExternalPostgres.ReadConnectionString(from);
            return given.Ok ? given.Value : throw new CommandFailure(given.Error.Message);
        }

        return new NpgsqlConnectionStringBuilder
        {
            Host = region.Address,
            Port = database.Port ?? throw new CommandFailure($"{data.StateFile} has no port for the database of {partition.Name} in {database.Region}: it is damaged"),
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
