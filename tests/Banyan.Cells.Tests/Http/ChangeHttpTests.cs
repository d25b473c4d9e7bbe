using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Http;
using Npgsql;

namespace Banyan.Cells.Tests.Http;

/// <summary>A change from HTTP to the database and back, with its key, through a whole cell.</summary>
public class ChangeHttpTests(ChangeHttpTests.Fixture fixture) : IClassFixture<ChangeHttpTests.Fixture>
{
    [Fact]
    public async Task Post_Once_IsCreatedWithAReceiptThatCanBeLookedUp()
    {
        using var response = await PostAsync("a note", key: null);

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Headers.Location.ShouldNotBeNull();
        response.Headers.Contains(ChangeHttp.ReplayedHeader).ShouldBeFalse();
        var receipt = response.Headers.GetValues(ChangeHttp.ReceiptHeader).Single();
        JsonElement entry = default;
        await Eventually.HoldsAsync(async () => (await TryGetAsync($"/journal/v1/receipts/{receipt}")) is { } found && (entry = found).ValueKind == JsonValueKind.Object, "the receipt has its position");
        entry.GetProperty("id").GetString().ShouldBe(receipt);
        entry.GetProperty("position").GetInt64().ShouldBeGreaterThan(0);
        entry.GetProperty("epoch").GetInt32().ShouldBe(1);
        entry.GetProperty("topic").GetString().ShouldBe("notes.changes");
        entry.GetProperty("type").GetString().ShouldBe("notes.noted.v1");
        entry.GetProperty("partition").GetString().ShouldBe("north");
        entry.GetProperty("recorded_at").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(-1));
        entry.TryGetProperty("data", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Post_SameKeyAgain_GivesTheSameAnswerAndDoesNothing()
    {
        using var first = await PostAsync("once", "\"again\"");
        using var second = await PostAsync("once", "again"); // the same key, sent bare

        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.GetValues(ChangeHttp.ReplayedHeader).ShouldBe(["true"]);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Headers.GetValues(ChangeHttp.ReceiptHeader).ShouldBe(first.Headers.GetValues(ChangeHttp.ReceiptHeader));
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        (await fixture.CountAsync("once")).ShouldBe(1);
    }

    [Fact]
    public async Task Post_ManyAtOnceWithOneKey_DoesItOnce()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => PostAsync("rush", "\"rush\"")));

        responses.ShouldAllBe(r => r.StatusCode == HttpStatusCode.Created);
        responses.Select(r => r.Headers.Location).Distinct().Count().ShouldBe(1);
        responses.Select(r => r.Headers.GetValues(ChangeHttp.ReceiptHeader).Single()).Distinct().Count().ShouldBe(1);
        responses.Count(r => !r.Headers.Contains(ChangeHttp.ReplayedHeader)).ShouldBe(1);
        (await fixture.CountAsync("rush")).ShouldBe(1);
    }

    [Fact]
    public async Task Post_KeyOfAnotherRequest_422AndNothingDone()
    {
        (await PostAsync("first text", "reused")).Dispose();

        using var response = await PostAsync("second text", "reused");

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:idempotency-key-reused");
        (await fixture.CountAsync("second text")).ShouldBe(0);
    }

    [Fact]
    public async Task Post_TwoKeys_DoesItTwice()
    {
        (await PostAsync("twice", "one")).Dispose();
        (await PostAsync("twice", "two")).Dispose();

        (await fixture.CountAsync("twice")).ShouldBe(2);
    }

    [Theory]
    [InlineData("\"open")]
    [InlineData("two words")]
    public async Task Post_KeyMalformed_400(string key)
    {
        using var response = await PostAsync("malformed", key);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Idempotency-Key");
        (await fixture.CountAsync("malformed")).ShouldBe(0);
    }

    [Fact]
    public async Task Receipt_Unknown_404()
    {
        using var response = await fixture.Client.GetAsync($"/journal/v1/receipts/{Guid.CreateVersion7()}");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:receipt-unknown");
    }

    private async Task<HttpResponseMessage> PostAsync(string text, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/notes/v1/notes") { Content = new StringContent(text, Encoding.UTF8, "text/plain") };
        if (key is not null)
            request.Headers.TryAddWithoutValidation(ChangeHttp.KeyHeader, key);
        return await fixture.Client.SendAsync(request);
    }

    private async Task<JsonElement?> TryGetAsync(string path)
    {
        using var response = await fixture.Client.GetAsync(path);
        return response.IsSuccessStatusCode ? JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement : null;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private TestCell? _cell;

        public HttpClient Client => _cell!.Client;

        public async ValueTask InitializeAsync() => _cell = await TestCell.StartAsync([NoteService.Create()]);

        public ValueTask DisposeAsync() => _cell!.DisposeAsync();

        public async Task<long> CountAsync(string text)
        {
            await using var source = NpgsqlDataSource.Create(_cell!.ConnectionString);
            await using var command = source.CreateCommand("SELECT count(*) FROM notes.note WHERE text = $1");
            command.Parameters.Add(new() { Value = text });
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }
}
