using System.Net;
using System.Xml.Linq;
using Banyan.Services.Disaster.Tests.Cap;
using Banyan.Testing;

namespace Banyan.Services.Disaster.Tests.Feed;

public class FeedTests
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private static readonly XNamespace CapNs = "urn:oasis:names:tc:emergency:cap:1.2";

    [Fact]
    public async Task Feed_ActiveAlerts_AreIndexedWithLinksToTheirCap()
    {
        await using var cell = await DisasterCell.StartAsync();
        using var posted = await cell.PostAsync(System.Text.Encoding.UTF8.GetBytes(Samples.Flood));
        await cell.UntilListedAsync("KE-2026-0001");

        using var response = await cell.Client.GetAsync("/disaster/v1/feed.atom");

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/atom+xml");
        var feed = XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!;
        ShouldBeAtom(feed);
        var entry = feed.Elements(Atom + "entry").ShouldHaveSingleItem();
        entry.Element(Atom + "title")!.Value.ShouldBe("River <Nyando> over its banks & rising");
        entry.Element(CapNs + "severity")!.Value.ShouldBe("Severe");
        entry.Element(CapNs + "expires")!.Value.ShouldBe("2026-03-01T16:00:00+03:00");
        entry.Element(CapNs + "polygon")!.Value.ShouldBe("-0.20,34.70 -0.20,34.90 0.0500000000000000001,34.90 0.05,34.70 -0.20,34.70");
        entry.Element(CapNs + "circle")!.Value.ShouldBe("-0.0917,34.7680 12.5");
        entry.Element(CapNs + "geocode")!.Element(CapNs + "value")!.Value.ShouldBe("KE-17");
        var link = entry.Elements(Atom + "link").Single(l => l.Attribute("rel")!.Value == "alternate");
        link.Attribute("type")!.Value.ShouldBe("application/cap+xml");
        var href = new Uri(link.Attribute("href")!.Value);
        href.Host.ShouldBe("east.kai.example");
        (await cell.Client.GetStringAsync(href.PathAndQuery)).ShouldBe(Samples.Flood);
    }

    /// <summary>Our entry has every element that a real hub's feed gives per alert.</summary>
    [Fact]
    public async Task Feed_Entry_HasTheFieldsOfARealIndex()
    {
        var path = SharedVectors.Find("cap/testdata/weather_index.atom");
        Assert.SkipWhen(path is null, "the shared vectors are absent: cap/testdata/weather_index.atom");
        var theirs = XDocument.Load(path!).Root!.Elements(Atom + "entry").First().Elements().Select(e => e.Name.LocalName).Distinct();
        await using var cell = await DisasterCell.StartAsync();
        using var posted = await cell.PostAsync(System.Text.Encoding.UTF8.GetBytes(Samples.Flood));
        await cell.UntilListedAsync("KE-2026-0001");

        var ours = XDocument.Parse(await cell.Client.GetStringAsync("/disaster/v1/feed.atom")).Root!.Element(Atom + "entry")!.Elements().Select(e => e.Name.LocalName).ToList();

        // Parameters (VTEC and the like) are the sender's own; they are in the CAP itself.
        theirs.Except(ours).ShouldBe(["parameter"]);
    }

    [Fact]
    public async Task Feed_KnownTagOrTime_Is304UntilSomethingChanges()
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("one") { ExpiresMinute = 30 });
        await cell.UntilListedAsync("one");
        using var first = await cell.Client.GetAsync("/disaster/v1/feed.atom");
        var (tag, time) = (first.Headers.ETag!, first.Content.Headers.LastModified!.Value);

        (await AskAsync(r => r.Headers.IfNoneMatch.Add(tag))).ShouldBe(HttpStatusCode.NotModified);
        (await AskAsync(r => r.Headers.IfModifiedSince = time)).ShouldBe(HttpStatusCode.NotModified);
        (await AskAsync(r => r.Headers.IfModifiedSince = time.AddSeconds(-1))).ShouldBe(HttpStatusCode.OK);
        cell.Time.Advance(TimeSpan.FromMinutes(31));
        (await AskAsync(r => r.Headers.IfNoneMatch.Add(tag))).ShouldBe(HttpStatusCode.OK);
        ShouldBeAtom(XDocument.Parse(await cell.Client.GetStringAsync("/disaster/v1/feed.atom")).Root!);

        async Task<HttpStatusCode> AskAsync(Action<HttpRequestMessage> set)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/disaster/v1/feed.atom");
            set(request);
            using var response = await cell.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("Exercise", "Public")]
    [InlineData("System", "Public")]
    [InlineData("Test", "Public")]
    [InlineData("Draft", "Public")]
    [InlineData("Actual", "Restricted")]
    [InlineData("Actual", "Private")]
    public async Task Feed_MessageNotForThePublic_IsNotInIt(string status, string scope)
    {
        await using var cell = await DisasterCell.StartAsync();
        await cell.IssueAsync(new AlertXml("hidden") { Status = status, Scope = scope });
        var over = new AlertXml("over");
        await cell.IssueAsync(over);
        await cell.IssueAsync(over.Cancel("cancel", 1));
        await cell.IssueAsync(new AlertXml("open"));
        await cell.UntilListedAsync("open");

        var feed = XDocument.Parse(await cell.Client.GetStringAsync("/disaster/v1/feed.atom")).Root!;

        feed.Descendants(CapNs + "identifier").Select(i => i.Value).ShouldBe(["open"]);
    }

    [Fact]
    public async Task Feed_ManyAlerts_ComesInPages()
    {
        await using var cell = await DisasterCell.StartAsync();
        for (var i = 0; i < 205; i++)
            await cell.IssueAsync(new AlertXml($"a{i}"));
        await DisasterCell.UntilAsync(async () => (await cell.ListAsync("?limit=1")).SequenceEqual(["a204"]), "all are listed");

        var seen = new List<string>();
        for (var path = "/disaster/v1/feed.atom"; path is not null;)
        {
            var feed = XDocument.Parse(await cell.Client.GetStringAsync(path)).Root!;
            seen.AddRange(feed.Descendants(CapNs + "identifier").Select(i => i.Value));
            path = feed.Elements(Atom + "link").SingleOrDefault(l => l.Attribute("rel")!.Value == "next")?.Attribute("href")!.Value is { } next ? new Uri(next).PathAndQuery : null;
        }

        seen.ShouldBe(Enumerable.Range(0, 205).Reverse().Select(i => $"a{i}"));
    }

    /// <summary>RFC 4287 sections 4.1.1 and 4.1.2: what a feed and an entry must have.</summary>
    private static void ShouldBeAtom(XElement feed)
    {
        feed.Name.ShouldBe(Atom + "feed");
        foreach (var element in feed.Elements(Atom + "entry").Prepend(feed))
        {
            foreach (var required in new[] { "id", "title", "updated" })
                element.Elements(Atom + required).ShouldHaveSingleItem(required);
            DateTimeOffset.TryParse(element.Element(Atom + "updated")!.Value, System.Globalization.CultureInfo.InvariantCulture, out _).ShouldBeTrue();
            element.Elements(Atom + "author").ShouldNotBeEmpty();
            Uri.IsWellFormedUriString(element.Element(Atom + "id")!.Value, UriKind.Absolute).ShouldBeTrue();
        }
    }
}
