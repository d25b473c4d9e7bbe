using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Cells.Residency;
using Banyan.Cli.Verbs;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cli.Tests.Residency;

/// <summary>
/// What the services of a real cell say of their data, against what its database holds: a table, a column or a topic of which
/// nothing is said would be neither exported nor deleted, and could leave the jurisdiction.
/// </summary>
public sealed class DataStatementTests(DataStatementTests.Cell cell) : IClassFixture<DataStatementTests.Cell>
{
    /// <summary>Tables of all schemas that are not PostgreSQL's own; parts of partitioned tables are their table's.</summary>
    private const string SelectTables = """
        SELECT t.table_schema || '.' || t.table_name FROM information_schema.tables t
        WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN ('pg_catalog', 'information_schema')
          AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = format('%I.%I', t.table_schema, t.table_name)::regclass)
        """;

    private const string SelectColumns = """
        SELECT c.column_name, c.data_type FROM information_schema.columns c WHERE c.table_schema || '.' || c.table_name = $1
        """;

    [Fact]
    public async Task Tables_OfARealCell_AreAllStated()
    {
        var stated = cell.Catalog.Tables.Select(static t => t.Table.Name).ToHashSet();

        var held = await ReadAsync(SelectTables);

        held.Count.ShouldBeGreaterThan(20);
        held.Where(t => !stated.Contains(t)).ShouldBeEmpty("say in IService.Data what these tables hold, and how a person's rows are found");
        stated.Where(t => !held.Contains(t)).ShouldBeEmpty("these tables are stated, and there are none of these names");
    }

    [Fact]
    public async Task ATableOfWhichNothingIsSaid_IsFound()
    {
        await ReadAsync("CREATE TABLE public.unsaid (subject text)");
        try
        {
            (await ReadAsync(SelectTables)).ShouldContain("public.unsaid");
        }
        finally
        {
            await ReadAsync("DROP TABLE public.unsaid");
        }
    }

    [Fact]
    public void Topics_OfEveryService_AreAllStated()
    {
        var unsaid = cell.Services.SelectMany(static s => s.Topics.Select(t => $"{s.Name}: {t}")).Where(t => !cell.Catalog.Topics.ContainsKey(t.Split(' ')[1])).ToList();

        cell.Services.Sum(static s => s.Topics.Count).ShouldBeGreaterThan(5);
        unsaid.ShouldBeEmpty("say in IService.Data of which class these topics are");
    }

    [Fact]
    public async Task ColumnsOfPersons_ThatAreNamed_AreThere()
    {
        var wrong = new List<string>();
        foreach (var (_, table) in cell.Catalog.Tables.Where(static t => t.Table.Rows is not null))
        {
            var columns = await ReadPairsAsync(SelectColumns, table.Name);
            wrong.AddRange(table.Rows!.Sealed.Where(s => columns.GetValueOrDefault(s.Column) != "bytea").Select(s => $"{table.Name}.{s.Column} is sealed, and no bytea"));
            wrong.AddRange(table.Rows.Withheld.Where(w => !columns.ContainsKey(w.Column)).Select(w => $"{table.Name}.{w.Column} is withheld, and not there"));
            wrong.AddRange(table.Rows.Correctable.Where(c => columns.GetValueOrDefault(c.Column) is not ("text" or "bytea")).Select(c => $"{table.Name}.{c.Column} can be corrected, and is no text"));
        }

        wrong.ShouldBeEmpty();
    }

    /// <summary>Every condition is SQL that the database takes; nobody has this subject.</summary>
    [Fact]
    public async Task ConditionsOfPersons_AreUnderstoodByTheDatabase()
    {
        foreach (var (_, table) in cell.Catalog.Tables.Where(static t => t.Table.Rows?.Where is not null))
        {
            await using var command = cell.Database.CreateCommand($"SELECT count(*) FROM {table.Name} AS t WHERE {table.Rows!.Where}");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "nowhere.nobody" });
            (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldBe(0L, table.Name);
        }
    }

    private async Task<HashSet<string>> ReadAsync(string sql)
    {
        await using var command = cell.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            found.Add(reader.GetString(0));
        return found;
    }

    private async Task<Dictionary<string, string>> ReadPairsAsync(string sql, string parameter)
    {
        await using var command = cell.Database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parameter });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            found.Add(reader.GetString(0), reader.GetString(1));
        return found;
    }

    /// <summary>A cell with every service that <c>banyan cell</c> runs.</summary>
    public sealed class Cell : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("banyan-keys-").FullName;
        private readonly SingleStore _store = new(BootTime.Instance);
        private WebApplication? _app;

        public DataCatalog Catalog => _app!.Services.GetRequiredService<DataCatalog>();

        public NpgsqlDataSource Database => _app!.Services.GetRequiredService<NpgsqlDataSource>();

        public IReadOnlyList<IService> Services => _app!.Services.GetRequiredService<IReadOnlyList<IService>>();

        public async ValueTask InitializeAsync()
        {
            var options = new CellOptions
            {
                Context = new CellContext { Platform = "test", Region = "north", Partition = "north", PublicAddress = new Uri("http://test.example") },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
                Keys = GuardedCell.Keys(_folder),
                Access = GuardedCell.Access(_store),
            };
            _app = CellHost.Build(options, CellVerb.Services(asksCallers: true));
            await _app.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_app is not null)
            {
                await _app.StopAsync();
                await _app.DisposeAsync();
            }

            await _store.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
