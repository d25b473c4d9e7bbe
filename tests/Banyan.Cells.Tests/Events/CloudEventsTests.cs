using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Events;
using Banyan.Journal;

namespace Banyan.Cells.Tests.Events;

public class CloudEventsTests
{
    private static readonly JournalEntry Entry = new(
        long.MaxValue, 3, Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "north", "notes.changes", "notes.noted.v1",
        "a note", "application/json", """{"length":4}""", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

    [Fact]
    public void Write_JsonData_IsAValue()
    {
        var json = Write(Entry);

        json.GetProperty("specversion").GetString().ShouldBe("1.0");
        json.GetProperty("id").GetString().ShouldBe("01890a5d-ac96-774b-bcce-b302099a8057");
        json.GetProperty("source").GetString().ShouldBe("urn:banyan:kai:partition:north");
        json.GetProperty("type").GetString().ShouldBe("notes.noted.v1");
        json.GetProperty("subject").GetString().ShouldBe("a note");
        json.GetProperty("time").GetDateTimeOffset().ShouldBe(Entry.RecordedAt);
        json.GetProperty("datacontenttype").GetString().ShouldBe("application/json");
        json.GetProperty("data").GetProperty("length").GetInt32().ShouldBe(4);
        json.GetProperty("position").GetString().ShouldBe("9223372036854775807");
        json.GetProperty("epoch").GetInt32().ShouldBe(3);
        json.GetProperty("topic").GetString().ShouldBe("notes.changes");
        json.GetProperty("traceparent").GetString().ShouldBe(Entry.TraceParent);
    }

    [Theory]
    [InlineData("application/cap+xml", "<alert/>")]
    [InlineData("text/plain", "{\"not\":\"a value\"}")]
    [InlineData("application/json", "{not json")]
    public void Write_OtherData_IsAString(string type, string data) =>
        Write(Entry with { ContentType = type, Data = data }).GetProperty("data").GetString().ShouldBe(data);

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/geo+JSON")]
    public void Write_OtherJsonTypes_AreValues(string type) =>
        Write(Entry with { ContentType = type, Data = "[1]" }).GetProperty("data")[0].GetInt32().ShouldBe(1);

    [Fact]
    public void Write_WithoutOptional_LeavesThemOut()
    {
        var json = Write(Entry with { Subject = null, TraceParent = null });

        json.TryGetProperty("subject", out _).ShouldBeFalse();
        json.TryGetProperty("traceparent", out _).ShouldBeFalse();
    }

    /// <summary>CloudEvents 1.0.2, "Attribute Naming Convention": lower-case letters and digits only.</summary>
    [Fact]
    public void Write_Attributes_HaveValidNames() =>
        Write(Entry).EnumerateObject().Select(static p => p.Name).ShouldAllBe(static n => n.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));

    [Fact]
    public async Task Journal_ReadInPages_GivesEveryEntryOnceInOrder()
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);
        for (var i = 0; i < 7; i++)
            (await cell.Client.PostAsync("/notes/v1/notes", new StringContent(new string('x', i), Encoding.UTF8, "text/plain"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Eventually.HoldsAsync(async () => (await cell.Client.GetStringAsync("/journal/v1/head")).Contains("\"head\":7", StringComparison.Ordinal), "every entry has its position");

        var lengths = new List<int>();
        var after = "0";
        for (var page = 0; page < 3; page++)
        {
            using var response = await cell.Client.GetAsync($"/cell/v1/journal?after={after}&topics=notes.changes&limit=3");
            response.Content.Headers.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/cloudevents-batch+json");
            after = response.Headers.GetValues("Banyan-Journal-Through").Single();
            lengths.AddRange(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.EnumerateArray().Select(e => e.GetProperty("data").GetProperty("length").GetInt32()));
        }

        lengths.ShouldBe([0, 1, 2, 3, 4, 5, 6]);
        after.ShouldBe("7");
    }

    [Fact]
    public async Task Journal_NothingOfTheTopic_SaysHowFarItLooked()
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);
        (await cell.Client.PostAsync("/notes/v1/notes", new StringContent("x", Encoding.UTF8, "text/plain"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Eventually.HoldsAsync(async () => (await cell.Client.GetStringAsync("/journal/v1/head")).Contains("\"head\":1", StringComparison.Ordinal), "the entry has its position");

        cell.Client.DefaultRequestHeaders.Add("Banyan-Reader-Region", "north");

        using var response = await cell.Client.GetAsync("/cell/v1/journal?topics=other");

        (await response.Content.ReadAsStringAsync()).ShouldBe("[]");
        response.Headers.GetValues("Banyan-Journal-Through").ShouldBe(["1"]);
    }

    [Theory]
    [InlineData("after=-1")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("after=many")]
    public async Task Journal_ParameterOutOfRange_400(string query)
    {
        await using var cell = await TestCell.StartAsync([]);

        (await cell.Client.GetAsync($"/cell/v1/journal?{query}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static JsonElement Write(JournalEntry entry)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            CloudEventsJson.Write(json, entry, CloudEventsJson.Source("kai", entry.Partition));
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
