using System.Globalization;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Cells.Witness;
using Banyan.Cli.Cells;
using Banyan.Cli.Output;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cli.Tests.Verify;

/// <summary>
/// A platform of three regions as the command finds one: a data folder, real cells with databases of their own, each a witness of the others.
/// The log of north was written by its cell, is cosigned, and published to the region's folder. What a test alters, <see cref="RestoreAsync"/> puts back.
/// </summary>
public sealed class LoggedPlatform : IAsyncLifetime
{
    public const string Partition = "north";
    public const string Erased = "north.anna";

    /// <summary>Entries of the log: two full tiles and a partial one.</summary>
    public const int Entries = 712;

    private static readonly string[] Regions = [Partition, "south", "west"];
    private static readonly string[] Tables = ["journal.entry", "journal.head", "log.tree", "log.tile", "log.bundle", "log.part", "log.edge", "log.checkpoint"];

    private readonly List<WebApplication> _cells = [];
    private readonly List<CellLog> _logs = [];
    private string _kept = "";

    public DataFolder Data { get; } = new(Directory.CreateTempSubdirectory("banyan-verified-").FullName);

    public static string Origin { get; } = LogNames.Origin("kai", Partition);

    /// <summary>The database of north, as a superuser.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>How the log of north is.</summary>
    public LogStatus Status => _cells[0].Services.GetRequiredService<LogStatus>();

    /// <summary>The journal of north.</summary>
    public IJournal Journal => _cells[0].Services.GetRequiredService<IJournal>();

    /// <summary>Where the cell of north listens.</summary>
    public Uri Cell => new(_cells[0].Urls.First());

    /// <summary>The published copy of the log of north.</summary>
    public string Copy => Path.Combine(Data.Objects(Partition), "log", Origin);

    /// <summary>What a region's witness keeps of the log of north.</summary>
    public string WitnessFile(string region) => Path.Combine(Data.Witness(region), WitnessFolder.CheckpointOf(Origin));

    /// <summary>A region whose witness has cosigned the newest checkpoint.</summary>
    public string Cosigner => Regions.Skip(1).First(r => File.Exists(WitnessFile(r)) && File.ReadAllText(WitnessFile(r)).Contains($"\n{Entries}\n", StringComparison.Ordinal));

    public async ValueTask InitializeAsync()
    {
        var databases = new List<string>();
        foreach (var _ in Regions)
            databases.Add(await PostgresServer.CreateDatabaseAsync());
        var platform = new PlatformState
        {
            Platform = "kai",
            InstanceId = "i",
            EntryPort = FreePort.Take(),
            Regions = [.. Regions.Select(static r => new RegionState { Name = r, Tier = "core", CellPort = FreePort.Take(), KeeperPort = 1 })],
            Partitions = [.. Regions.Select((r, i) => new PartitionState { Name = r, Primary = r, Databases = [new DatabaseState { Region = r, ConnectionFrom = databases[i] }] })],
        };
        Directory.CreateDirectory(Data.Secrets);
        platform = platform with { Log = PlatformLogs.Prepare(Data, platform, previous: null) };
        PlatformStateFile.Write(Data, platform);
        PlatformLogs.Publish(Data, platform);
        for (var i = 0; i < Regions.Length; i++)
            await StartCellAsync(platform, platform.Regions[i], databases[i]);
        Database = NpgsqlDataSource.Create(databases[0]);
        await WriteAsync(Journal);
        await EraseAsync();
        await UntilAsync(static v => v.Stored == Entries);
        foreach (var table in Tables)
            await ExecuteAsync($"CREATE TABLE public.\"{table}\" AS TABLE {table}");
        _kept = Directory.CreateTempSubdirectory("banyan-kept-").FullName;
        CopyFolder(Data.Objects(Partition), Path.Combine(_kept, "objects"));
        CopyFolder(Path.Combine(Data.Root, "witness"), Path.Combine(_kept, "witness"));
    }

    /// <summary>Runs <c>banyan verify</c> as it is typed.</summary>
    internal async Task<Verified> VerifyAsync(params string[] arguments)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await using var error = new StringWriter(CultureInfo.InvariantCulture);
        string[] live = arguments.Length > 0 ? arguments : ["--data", Data.Root];
        var exit = await CommandLine.RunAsync(["verify", .. live, "--partition", Partition, "--format", "json"], new Terminal(output, error, colourOut: false, colourError: false), TimeProvider.System);
        return new Verified(exit, output.ToString() is { Length: > 0 } json ? JsonDocument.Parse(json).RootElement : null, error.ToString());
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Puts everything back as the platform wrote it.</summary>
    public async Task RestoreAsync()
    {
        await ExecuteAsync(string.Join(' ', Tables.Select(static t => $"DELETE FROM {t}; INSERT INTO {t} SELECT * FROM public.\"{t}\";")));
        CopyFolder(Path.Combine(_kept, "objects"), Data.Objects(Partition));
        CopyFolder(Path.Combine(_kept, "witness"), Path.Combine(Data.Root, "witness"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cell in _cells)
        {
            await cell.StopAsync();
            await cell.DisposeAsync();
        }

        _logs.ForEach(static l => l.Dispose());
        if (Database is not null)
            await Database.DisposeAsync();
        Directory.Delete(Data.Root, recursive: true);
        if (_kept.Length > 0)
            Directory.Delete(_kept, recursive: true);
    }

    private async Task StartCellAsync(PlatformState platform, RegionState region, string database)
    {
        var log = CellLog.Open(region, Data, platform, TimeProvider.System)!;
        _logs.Add(log);
        var cell = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = platform.Platform, Region = region.Name, Partition = region.Name, PublicAddress = new Uri("http://test.example") },
                ConnectionString = database,
                Port = region.CellPort,
                Log = log.Options with { Change = static o => o with { BatchSize = 100, IntegrateInterval = TimeSpan.FromMilliseconds(5), CheckpointInterval = TimeSpan.FromMilliseconds(5), PublishInterval = TimeSpan.FromMilliseconds(5) } },
                Witness = log.Witness,
            },
            []);
        _cells.Add(cell);
        await cell.StartAsync();
    }

    /// <summary>Change by change, of several topics, about and by several people; the tree grows by many batches.</summary>
    private static async Task WriteAsync(IJournal journal)
    {
        for (var i = 0; i < Entries / 4; i++)
        {
            var person = i % 10 == 3 ? Erased : $"north.p{i % 7}";
            await journal.CommitAsync(
                new Change { Answer = new StoredAnswer(201), Events = [.. Enumerable.Range(0, 4).Select(n => new JournalEvent { Topic = n == 3 ? "climate.readings" : "people.persons", Type = $"banyan.people.{n}.v1", Subject = n == 3 ? $"station {i}" : person, Actor = person, Data = $"{{\"i\":{i},\"n\":{n}}}" })] },
                CancellationToken.None);
        }
    }

    /// <summary>As the deletion of a person does, in one transaction.</summary>
    private async Task EraseAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await EntryErasure.EraseAsync(transaction, Erased, ["people.persons"], [], CancellationToken.None);
        await transaction.CommitAsync();
    }

    public async Task UntilAsync(Func<LogView, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var changed = Status.Changed;
            if (holds(Status.View))
                return;
            await changed.WaitAsync(patience.Token);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}

/// <summary>What <c>verify</c> did.</summary>
/// <param name="Exit">Its exit code.</param>
/// <param name="Report">What it answered; null where it could not run.</param>
/// <param name="Said">What it said beside.</param>
internal sealed record Verified(int Exit, JsonElement? Report, string Said)
{
    public IReadOnlyList<(string Place, long? Entry, string Message)> Problems => Report is not { } report ? [] :
        [.. report.GetProperty("problems").EnumerateArray().Select(static p => (p.GetProperty("place").GetString()!, p.GetProperty("entry").ValueKind == JsonValueKind.Null ? (long?)null : p.GetProperty("entry").GetInt64(), p.GetProperty("message").GetString()!))];

    /// <summary>Of the log itself, not of its copies.</summary>
    public JsonElement Log => Report!.Value.GetProperty("logs")[0];

    public override string ToString() => $"exit {Exit}\n{Report}\n{Said}";
}
