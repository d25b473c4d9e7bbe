using Banyan.Engines.Postgres;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Engines.Tests.Postgres;

public sealed class ExternalPostgresTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"banyan-connection-{Guid.NewGuid():n}");

    [Fact]
    public async Task CheckAsync_GoodDatabase_GivesItsFacts()
    {
        await using var external = await FromAsync(await PostgresServer.CreateDatabaseAsync());
        var facts = (await external.CheckAsync()).ShouldBeValue();
        (facts.IsStandby, facts.Version.Split('.')[0].Length).ShouldBe((false, 2));
        facts.Size.ShouldBeGreaterThan(1_000_000);
    }

    [Fact]
    public async Task CheckAsync_RoleThatMayNotCreateSchemas_SaysWhatToGrant()
    {
        var database = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            // The tests' server lets only the platform's roles in: the check runs as a superuser who has taken a poorer role.
            await using var command = source.CreateCommand($"CREATE ROLE {database.Database}_poor");
            await command.ExecuteNonQueryAsync();
        }

        database.Options = $"-c role={database.Database}_poor";
        await using var external = await FromAsync(database.ConnectionString);
        (await external.CheckAsync()).ShouldFail(PostgresFailure.NotAllowed).Message.ShouldContain($"GRANT CREATE ON DATABASE \"{database.Database}\" TO \"{database.Database}_poor\"");
    }

    [Fact]
    public async Task CheckAsync_NobodyListens_IsUnreachable()
    {
        await using var external = await FromAsync($"Host=127.0.0.1;Port={FreePort.Take()};Username=x;Password=top-secret-word");
        (await external.CheckAsync()).ShouldFail(PostgresFailure.Unreachable).Message.ShouldNotContain("top-secret-word");
    }

    [Fact]
    public void From_MissingOrNonsense_NamesWhereItShouldBeAndTellsNoSecret()
    {
        ExternalPostgres.From("BANYAN_NO_SUCH_VARIABLE").ShouldFail(PostgresFailure.Unreachable).Message.ShouldContain("BANYAN_NO_SUCH_VARIABLE is missing");
        ExternalPostgres.From("/no/such/file").ShouldFail(PostgresFailure.Unreachable).Message.ShouldContain("/no/such/file");
        File.WriteAllText(_file, "Password=top-secret-word;Nonsense");
        ExternalPostgres.From(_file).ShouldFail(PostgresFailure.Unreachable).Message.ShouldNotContain("secret-word");
    }

    [Theory]
    [InlineData(140_011, false, true, PostgresFailure.TooOld)]
    [InlineData(150_011, true, true, PostgresFailure.OtherRole)]
    [InlineData(150_011, false, false, PostgresFailure.NotAllowed)]
    public void Judge_WhatIsWrong_IsNamed(int version, bool standby, bool mayCreate, PostgresFailure failure) =>
        ExternalPostgres.Judge(new ExternalRights(version, standby, mayCreate, "r", "d"), "DATABASE_URL").ShouldFail(failure).Message.ShouldContain("DATABASE_URL");

    [Fact]
    public void ReadConnectionString_EachWayToSayWhereItIs_GivesTheSame()
    {
        const string text = "Host=db.example.org;Database=east";
        File.WriteAllText(_file, text + "\n");
        foreach (var from in new[] { _file, $"file:{_file}", text })
            ExternalPostgres.ReadConnectionString(from).ShouldBeValue().ShouldBe(text);
        ExternalPostgres.ReadConnectionString("env:BANYAN_NO_SUCH_VARIABLE").ShouldFail(PostgresFailure.Unreachable).Message.ShouldStartWith("The connection string of env:BANYAN_NO_SUCH_VARIABLE is missing");
        ExternalPostgres.From(text).ShouldBeValue().Database.ShouldBe("east");
    }

    public void Dispose() => File.Delete(_file);

    private async Task<ExternalPostgres> FromAsync(string connection)
    {
        await File.WriteAllTextAsync(_file, connection + "\n");
        return ExternalPostgres.From(_file).ShouldBeValue();
    }
}
