using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Log;
using Banyan.Cells.Personal;
using Banyan.Cells.Tests.Personal;
using Npgsql;
using SigningKey = Banyan.Engines.Signing.SigningKey;

namespace Banyan.Cells.Tests.Log;

/// <summary>A person is deleted: the log stays what it was, and the deletion has a proof.</summary>
public sealed class DeletionProofTests : IDisposable
{
    private const string Anna = "north.AAAAAAAAAAAAAAAAAAAAAA";
    private const string Ben = "north.BBBBBBBBBBBBBBBBBBBBBB";
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly TestKeys _keys = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public async Task Delete_APerson_EveryProofStaysAndTheDeletionHasOne()
    {
        await using var cell = await TestCell.StartAsync([PeopleService.Create()], change: o => o with { Keys = _keys.Options, Log = new CellLogOptions { Key = _key } }, configure: TestCallers.AddTo);
        await PeopleService.AddAsync(cell, Anna, "Anna Wanjiru", Stop);
        await PeopleService.AddAsync(cell, Ben, "Ben Otieno", Stop);
        var receipts = await ColumnAsync(cell, "SELECT id::text FROM journal.entry UNION ALL SELECT id::text FROM journal.inbox");
        receipts.Count.ShouldBe(2);
        var before = new List<string>();
        foreach (var receipt in receipts)
            before.Add(LeafOf(await ProofAsync(cell, receipt)));
        using var anna = TestCallers.Client(cell, CallerKind.Resident, Anna);

        using var answer = await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna }, Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var deletion = answer.Headers.GetValues("Banyan-Receipt").Single().Split(", ")[^1];
        var proof = await ProofAsync(cell, deletion);
        JsonDocument.Parse(LeafOf(proof)).RootElement.GetProperty("type").GetString().ShouldBe(PersonalTopics.Deleted);
        for (var i = 0; i < receipts.Count; i++)
            LeafOf(await ProofAsync(cell, receipts[i])).ShouldBe(before[i]);
        var left = string.Join('\n', await ColumnAsync(cell, $"SELECT e::text FROM journal.entry e WHERE type NOT IN ('{PersonalTopics.Deleted}', '{PersonalTopics.DeletedEverywhere}', '{PersonalTopics.KeyShredded}')"));
        left.ShouldNotContain(Anna);
        left.ShouldContain(Ben);
        (await ColumnAsync(cell, "SELECT count(*)::text FROM journal.entry WHERE salt IS NULL AND actor IS NULL AND subject IS NULL AND data = '' AND trace_parent IS NULL AND length(commitment) = 32")).ShouldBe(["1"]);
    }

    private static string LeafOf(string proof) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(proof.Split('\n')[1]["extra ".Length..]));

    private static async Task<string> ProofAsync(TestCell cell, string receipt)
    {
        string? proof = null;
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await cell.Client.GetAsync($"/log/v1/north/proofs/{receipt}", Stop);
            proof = answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(Stop) : null;
            return proof is not null;
        }, "the receipt has a proof");
        return proof!;
    }

    private static async Task<List<string>> ColumnAsync(TestCell cell, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cell.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var found = new List<string>();
        while (await reader.ReadAsync(Stop))
            found.Add(reader.GetString(0));
        return found;
    }
}
