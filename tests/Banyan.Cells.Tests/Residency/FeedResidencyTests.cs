using System.Net;
using System.Text.Json;
using Banyan.Cells.Residency;
using Banyan.Cells.Tests.Personal;
using Banyan.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Tests.Residency;

/// <summary>What the journal of north (in KE) gives to readers in the same jurisdiction (east), in another (south), and to those who don't say.</summary>
public sealed class FeedResidencyTests : IDisposable
{
    private readonly TestKeys _keys = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData("people.places", ResidencyClass.Public, "south", true)]
    [InlineData("people.places", ResidencyClass.Public, null, true)]
    [InlineData("people.counts", ResidencyClass.Internal, "south", true)]
    [InlineData("people.counts", ResidencyClass.Internal, null, true)]
    [InlineData("people.laws", ResidencyClass.Jurisdiction, "east", true)]
    [InlineData("people.laws", ResidencyClass.Jurisdiction, "north", true)]
    [InlineData("people.laws", ResidencyClass.Jurisdiction, "south", false)]
    [InlineData("people.laws", ResidencyClass.Jurisdiction, "atlantis", false)]
    [InlineData("people.laws", ResidencyClass.Jurisdiction, null, false)]
    [InlineData("people.persons", ResidencyClass.Personal, "east", true)]
    [InlineData("people.persons", ResidencyClass.Personal, "south", false)]
    [InlineData("people.persons", ResidencyClass.Personal, null, false)]
    [InlineData("people.unsaid", ResidencyClass.Personal, "east", true)]
    [InlineData("people.unsaid", ResidencyClass.Personal, "south", false)]
    public async Task Journal_TopicByName_IsGivenOrRefusedAtTheSource(string topic, ResidencyClass its, string? reader, bool given)
    {
        await using var cell = await StartAsync();
        cell.App.Services.GetRequiredService<DataCatalog>().ClassOf(topic).ShouldBe(its);

        using var answer = await ReadAsync(cell, reader, topic);

        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.StatusCode.ShouldBe(given ? HttpStatusCode.OK : HttpStatusCode.Forbidden, text);
        if (given)
            JsonDocument.Parse(text).RootElement.EnumerateArray().ShouldHaveSingleItem().GetProperty("topic").GetString().ShouldBe(topic);
        else
            text.ShouldContain($"The topic {topic} ({its.ToString().ToLowerInvariant()}) of north stays in KE");
    }

    [Theory]
    [InlineData("south", "people.counts people.places")]
    [InlineData(null, "people.counts people.places")]
    [InlineData("east", "people.counts people.laws people.persons people.places people.unsaid")]
    public async Task Journal_AllTopics_GivesThoseThatMayGoThere(string? reader, string topics)
    {
        await using var cell = await StartAsync();

        using var answer = await ReadAsync(cell, reader, topics: null);

        var entries = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.EnumerateArray().ToList();
        entries.Select(static e => e.GetProperty("topic").GetString()!).Order(StringComparer.Ordinal).ShouldBe(topics.Split(' '));
        answer.Headers.GetValues("Banyan-Journal-Through").ShouldBe(["5"]);
    }

    [Fact]
    public async Task Journal_SomeTopicsMayNotGoThere_NothingIsGiven()
    {
        await using var cell = await StartAsync();

        using var answer = await ReadAsync(cell, "south", "people.places,people.persons");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("people.persons");
    }

    [Fact]
    public async Task Journal_PartitionServedAbroad_IsReadAtItsHomeAndNotByTheNeighboursThere()
    {
        // north's partition has moved to south, which has its database: its home may still read all of it, and so may who is under its home's law.
        await using var cell = await StartAsync(region: "south");

        foreach (var (reader, status) in new[] { ("north", HttpStatusCode.OK), ("east", HttpStatusCode.OK), ("south", HttpStatusCode.OK), ("cape", HttpStatusCode.Forbidden) })
        {
            using var answer = await ReadAsync(cell, reader, "people.persons");
            answer.StatusCode.ShouldBe(status, reader);
        }
    }

    [Fact]
    public async Task Journal_JurisdictionsNotSaid_GivesNothingOfPersonsToOtherRegions()
    {
        await using var cell = await StartAsync(jurisdictions: []);

        (await ReadAsync(cell, "north", "people.persons")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadAsync(cell, "east", "people.persons")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<HttpResponseMessage> ReadAsync(TestCell cell, string? reader, string? topics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/cell/v1/journal{(topics is null ? "" : $"?topics={topics}")}");
        if (reader is not null)
            request.Headers.Add("Banyan-Reader-Region", reader);
        return await cell.Client.SendAsync(request, Stop);
    }

    /// <summary>A cell of north's partition, with one entry of each topic.</summary>
    private async Task<TestCell> StartAsync(string region = "north", Dictionary<string, string>? jurisdictions = null)
    {
        var cell = await TestCell.StartAsync([PeopleService.Create()], change: o => o with
        {
            Keys = _keys.Options,
            Context = o.Context with { Region = region, Jurisdictions = jurisdictions ?? new() { ["north"] = "KE", ["east"] = "KE", ["south"] = "ZA", ["cape"] = "ZA" } },
        });
        var journal = cell.App.Services.GetRequiredService<IJournal>();
        string[] topics = ["people.places", "people.counts", "people.laws", "people.persons", "people.unsaid"];
        await journal.CommitAsync(new Change { Answer = new StoredAnswer(204), Events = [.. topics.Select(static t => new JournalEvent { Topic = t, Type = "test.v1", Data = "{}" })] }, Stop);
        await Eventually.HoldsAsync(async () => await journal.GetHeadAsync(Stop) == topics.Length, "every entry has its position");
        return cell;
    }
}
