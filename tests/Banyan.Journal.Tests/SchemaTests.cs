using Banyan.Testing;
using Npgsql;

namespace Banyan.Journal.Tests;

public class SchemaTests
{
    [Fact]
    public async Task ApplyAsync_ManyAtOnceAndAgain_AppliesOnce()
    {
        await using var source = NpgsqlDataSource.Create(await PostgresServer.CreateDatabaseAsync());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => JournalSchema.ApplyAsync(source))));
        await JournalSchema.ApplyAsync(source);
        await using var command = source.CreateCommand("SELECT count(*) FROM journal.head");
        (await command.ExecuteScalarAsync()).ShouldBe(1L);
    }

    [Fact]
    public async Task ApplyAsync_DatabaseOfANewerVersion_IsRefused()
    {
        await using var source = NpgsqlDataSource.Create(await PostgresServer.CreateDatabaseAsync());
        await JournalSchema.ApplyAsync(source);
        await using (var command = source.CreateCommand("INSERT INTO journal.schema_step (number, name) VALUES (99, 'later')"))
            await command.ExecuteNonQueryAsync();
        (await Should.ThrowAsync<InvalidOperationException>(() => JournalSchema.ApplyAsync(source))).Message.ShouldContain("99");
    }
}
