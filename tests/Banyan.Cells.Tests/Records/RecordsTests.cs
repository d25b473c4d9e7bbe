using System.Net;
using System.Text.Json;
using Banyan.Cells.Partitions;
using Banyan.Cells.Records;
using Banyan.Cells.Tests.Partitions;
using Banyan.Engines.Consensus;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Cells.Tests.Records;

public class RecordsTests
{
    private static readonly Deployment First = new("b1e0", "1.0");

    [Fact]
    public async Task Serve_FirstEpoch_JournalTellsOfDeploymentAndEpochOnce()
    {
        await using var store = new GatedStore();
        var database = await PostgresServer.CreateDatabaseAsync();
        await using (var north = TestRegion.Start(store, "north", First, ("north", database, null)))
        {
            var records = await RecordsAsync(north, 2);
            var (epoch, deployment) = (Of(records, "epoch"), Of(records, "deployment"));
            epoch.GetProperty("epoch").GetInt32().ShouldBe(1);
            epoch.GetProperty("primary").GetString().ShouldBe("north");
            epoch.TryGetProperty("previous", out _).ShouldBeFalse();
            epoch.GetProperty("approvals").GetArrayLength().ShouldBe(0);
            deployment.GetProperty("blueprint").GetString().ShouldBe("b1e0");
            deployment.GetProperty("version").GetString().ShouldBe("1.0");
            foreach (var receipt in records.EnumerateArray().Select(static r => r.GetProperty("receipt").GetGuid()))
                await Eventually.HoldsAsync(async () => (await north.Client("north").GetAsync($"/journal/v1/receipts/{receipt}")).StatusCode == HttpStatusCode.OK, "the receipt resolves");
        }

        // A restart in the same epoch, with another version: the epoch is not told of again, the deployment is.
        await using var again = TestRegion.Start(store, "north", First with { Version = "1.1" }, ("north", database, null));
        var after = await RecordsAsync(again, 3);
        after[0].GetProperty("record").GetProperty("version").GetString().ShouldBe("1.1", "newest first");
        (await CountAsync(database)).ShouldBe(3);
    }

    [Fact]
    public async Task Serve_EpochAfterApprovals_TellsWhyAndWhoApproved()
    {
        await using var store = new GatedStore();
        await store.CommitAsync(
            [],
            [
                new StoreWrite(PartitionKeys.Record("south"), new PartitionRecord { Epoch = 2, Primary = "north", Previous = "south", Reason = "south was lost" }.ToJson()),
                new StoreWrite(PartitionKeys.Approvals("south", 1) + "cto", "amina"),
                new StoreWrite(PartitionKeys.Approvals("south", 1) + "security", "kofi"),
                new StoreWrite(PartitionKeys.Approvals("south", 2) + "cto", "of the next move"),
            ],
            CancellationToken.None);
        await using var north = TestRegion.Start(store, "north", First, ("north", await PostgresServer.CreateDatabaseAsync(), null), ("south", await PostgresServer.CreateDatabaseAsync(), null));

        var epoch = Of(await RecordsAsync(north, 2, "south"), "epoch");

        epoch.GetProperty("epoch").GetInt32().ShouldBe(2);
        (epoch.GetProperty("previous").GetString(), epoch.GetProperty("reason").GetString(), epoch.GetProperty("planned").GetBoolean()).ShouldBe(("south", "south was lost", false));
        epoch.GetProperty("approvals").EnumerateArray().Select(static a => (a.GetProperty("role").GetString(), a.GetProperty("by").GetString())).ShouldBe([("cto", "amina"), ("security", "kofi")]);
    }

    [Fact]
    public async Task Chain_WhatAnOrganisationDid_IsEnteredOnceForItsTransaction()
    {
        await using var store = new GatedStore();
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var north = TestRegion.Start(store, "north", First, ("north", database, null));
        await RecordsAsync(north, 2);
        var act = $$"""{"what":"executed","organisation":"accra","proposal":3,"does":["resumes everything"],"transaction":"0x{{new string('a', 64)}}","block":7}""";

        (await EnterAsync(act)).ShouldBe(HttpStatusCode.NoContent);
        (await EnterAsync(act)).ShouldBe(HttpStatusCode.NoContent);
        (await EnterAsync("""{"what":"executed","organisation":"accra"}""")).ShouldBe(HttpStatusCode.BadRequest);
        (await EnterAsync("[]")).ShouldBe(HttpStatusCode.BadRequest);

        var records = await RecordsAsync(north, 3);
        var entered = records[0];
        entered.GetProperty("kind").GetString().ShouldBe("chain", "newest first");
        (entered.GetProperty("record").GetProperty("what").GetString(), entered.GetProperty("record").GetProperty("proposal").GetInt32()).ShouldBe(("executed", 3));
        await Eventually.HoldsAsync(async () => (await north.Client("north").GetAsync($"/journal/v1/receipts/{entered.GetProperty("receipt").GetGuid()}")).StatusCode == HttpStatusCode.OK, "the receipt resolves");
        (await CountAsync(database)).ShouldBe(3);

        async Task<HttpStatusCode> EnterAsync(string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var answer = await north.Client("north").PostAsync("/journal/v1/records/chain", content);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("501")]
    [InlineData("many")]
    public async Task List_LimitOutOfRange_SaysTheRange(string limit)
    {
        await using var store = new GatedStore();
        await using var north = TestRegion.Start(store, "north", First, ("north", await PostgresServer.CreateDatabaseAsync(), null));
        await north.AnswersAsync("north", "201");

        using var answer = await north.Client("north").GetAsync($"/journal/v1/records?limit={limit}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("500");
    }

    private static JsonElement Of(JsonElement records, string kind) => records.EnumerateArray().First(r => r.GetProperty("kind").GetString() == kind).GetProperty("record");

    private static async Task<JsonElement> RecordsAsync(TestRegion region, int count, string partition = "north")
    {
        await region.AnswersAsync(partition, "201");
        JsonElement records = default;
        await Eventually.HoldsAsync(
            async () => (records = JsonDocument.Parse(await region.Client(partition).GetStringAsync("/journal/v1/records")).RootElement.GetProperty("records")).GetArrayLength() == count,
            $"{count} records");
        return records;
    }

    private static async Task<long> CountAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT count(*) FROM (SELECT FROM journal.entry WHERE topic LIKE 'platform.%' UNION ALL SELECT FROM journal.inbox WHERE topic LIKE 'platform.%') e");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
