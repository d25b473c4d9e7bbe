using Banyan.Cells.Hosting;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Cells.Tests.Schema;

public class MigratorTests
{
    private static readonly SchemaMigration First = new(1, "notes", "CREATE TABLE note (id int PRIMARY KEY)");

    [Fact]
    public async Task Apply_Twice_RunsEachOnce()
    {
        SchemaMigration[] migrations = [First, new(2, "first_note", "INSERT INTO note VALUES (1); INSERT INTO note VALUES (2)")];
        string database;
        await using (var cell = await TestCell.StartAsync([new TestService { Migrations = migrations }]))
            database = cell.ConnectionString;
        await using (var cell = await TestCell.StartAsync([new TestService { Migrations = [.. migrations, new(3, "third", "INSERT INTO note VALUES (3)")] }], database))
        {
        }

        (await CountAsync(database, "SELECT count(*) FROM notes.note")).ShouldBe(3);
        (await CountAsync(database, "SELECT count(*) FROM cells.migration WHERE service = 'notes' AND length(sha256) = 32")).ShouldBe(3);
    }

    [Fact]
    public async Task Apply_ManyCellsAtOnce_RunsEachOnce()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        SchemaMigration[] migrations = [First, .. Enumerable.Range(2, 8).Select(n => new SchemaMigration(n, $"note_{n}", $"INSERT INTO note VALUES ({n})"))];

        var cells = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestCell.StartAsync([new TestService { Migrations = migrations }], database)));

        foreach (var cell in cells)
            await cell.DisposeAsync();
        (await CountAsync(database, "SELECT count(*) FROM notes.note")).ShouldBe(8);
    }

    [Fact]
    public async Task Apply_ChangedAfterItWasApplied_SaysWhichAndWhatToDo()
    {
        string database;
        await using (var cell = await TestCell.StartAsync([new TestService { Migrations = [First] }]))
            database = cell.ConnectionString;

        var error = await FailAsync(database, new TestService { Migrations = [First with { Sql = First.Sql + " " }] });

        error.Message.ShouldStartWith("Migration 1 'notes' of notes was changed after it was applied on ");
        error.Message.ShouldEndWith("put its text back and add a new migration.");
        error.IsTransient.ShouldBeFalse();
    }

    [Fact]
    public async Task Apply_DatabaseIsNewer_Refuses()
    {
        string database;
        await using (var cell = await TestCell.StartAsync([new TestService { Migrations = [First, new(2, "more", "SELECT 1")] }]))
            database = cell.ConnectionString;

        var error = await FailAsync(database, new TestService { Migrations = [First] });

        error.Message.ShouldStartWith("The database has migration 2 of notes, but this program knows only 1");
    }

    [Fact]
    public async Task Apply_StatementFails_KeepsNothingOfItAndSaysWhy()
    {
        var database = await PostgresServer.CreateDatabaseAsync();
        var broken = new SchemaMigration(2, "broken", "CREATE TABLE kept_not (id int);\n\nINSERT INTO note\nVALUES (nonsense)");

        var error = await FailAsync(database, new TestService { Migrations = [First, broken] });

        error.Message.ShouldBe("Migration 2 'broken' of notes failed: column \"nonsense\" does not exist (42703). Nothing of it was kept.");
        (await CountAsync(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'notes'")).ShouldBe(1);
        (await CountAsync(database, "SELECT count(*) FROM cells.migration")).ShouldBe(1);
    }

    private static async Task<CellException> FailAsync(string database, IService service) =>
        await Should.ThrowAsync<CellException>(CellHost.RunAsync(TestCell.Options(database), [service], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

    private static async Task<long> CountAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
