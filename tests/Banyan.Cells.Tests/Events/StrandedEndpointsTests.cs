using System.Net;
using System.Text.Json;
using Npgsql;

namespace Banyan.Cells.Tests.Events;

public class StrandedEndpointsTests
{
    [Fact]
    public async Task Stranded_ListedReplayedAndDiscarded_EachIsDecidedOnce()
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);
        (await GetAsync(cell, "/journal/v1/stranded")).GetProperty("changes").GetArrayLength().ShouldBe(0);
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        await using (var source = NpgsqlDataSource.Create(cell.ConnectionString))
        {
            await using var insert = source.CreateCommand("""
                INSERT INTO journal.stranded (id, origin, epoch, position, recorded_at, topic, type, content_type, data)
                SELECT id, 'north', 1, 7, now(), 'notes.changes', 'notes.noted.v1', 'application/json', '{"secret":1}' FROM unnest($1) WITH ORDINALITY u (id, n) ORDER BY n
                """);
            insert.Parameters.Add(new() { Value = ids });
            await insert.ExecuteNonQueryAsync();
        }

        var list = await GetAsync(cell, "/journal/v1/stranded?limit=2");
        list.GetProperty("kept").GetInt32().ShouldBe(3);
        list.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("id").GetGuid()).ShouldBe(ids[..2]);
        list.GetRawText().ShouldNotContain("secret");
        (await GetAsync(cell, $"/journal/v1/stranded?after={list.GetProperty("through")}")).GetProperty("changes")[0].GetProperty("id").GetGuid().ShouldBe(ids[2]);

        (await DecideAsync(cell, ids[0], "replay")).ShouldBe((HttpStatusCode.OK, "replayed", true));
        (await DecideAsync(cell, ids[0], "replay")).ShouldBe((HttpStatusCode.OK, "replayed", false));
        (await DecideAsync(cell, ids[0], "discard")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await DecideAsync(cell, ids[1], "discard")).ShouldBe((HttpStatusCode.OK, "discarded", true));
        (await DecideAsync(cell, Guid.NewGuid(), "replay")).Status.ShouldBe(HttpStatusCode.NotFound);
        await Eventually.HoldsAsync(async () => (await cell.Client.GetAsync($"/journal/v1/receipts/{ids[0]}")).IsSuccessStatusCode, "the replayed change has its receipt");
        (await GetAsync(cell, "/journal/v1/stranded?state=kept")).GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("id").GetGuid()).ShouldBe(ids[2..]);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("after=-1")]
    [InlineData("state=lost")]
    [InlineData("state=1")]
    public async Task Stranded_BadQuery_IsRefused(string query)
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);
        using var answer = await cell.Client.GetAsync($"/journal/v1/stranded?{query}");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<JsonElement> GetAsync(TestCell cell, string path)
    {
        using var answer = await cell.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task<(HttpStatusCode Status, string? State, bool Now)> DecideAsync(TestCell cell, Guid id, string what)
    {
        using var answer = await cell.Client.PostAsync($"/journal/v1/stranded/{id}/{what}", content: null);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return (answer.StatusCode, json.TryGetProperty("state", out var state) ? state.GetString() : null, json.TryGetProperty("now", out var now) && now.GetBoolean());
    }
}
