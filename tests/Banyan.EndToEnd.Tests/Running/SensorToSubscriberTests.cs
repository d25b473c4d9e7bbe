using System.Net;
using System.Text;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>The whole way: a sensor's reading crosses a rule's threshold, an alert is issued, and someone nearby has it.</summary>
[Collection(LivePlatformCollection.Name)]
public class SensorToSubscriberTests(LivePlatform platform)
{
    [Fact]
    public async Task Reading_ThatCrossesARule_ReachesASubscriberNearbyAsACapAlert()
    {
        await platform.WaitUntilServingAsync();
        var station = $"s{Guid.NewGuid():N}";
        using var lines = new StreamReader(await platform.Http.GetStreamAsync(At("/disaster/v1/stream?point=-26.2,28.0"), TestContext.Current.CancellationToken));
        var rule = $$$"""
            {"measurement":"rain","field":"mm","tags":{"station":"{{{station}}}"},"function":"sum","window":"24h","comparison":">","threshold":80,
             "alert":{"event":"Heavy rain","category":"Met","urgency":"Immediate","severity":"Severe","certainty":"Observed",
                      "headline":"{value} mm at {tag.station}","expires":"6h","area":{"description":"Johannesburg","circle":"-26.2041,28.0473 30"} } }
            """;
        using var put = await platform.Http.PutAsync(At($"/climate/v1/rules/{station}"), new StringContent(rule, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        put.IsSuccessStatusCode.ShouldBeTrue(await put.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        await WriteAsync(station, 50);
        await WriteAsync(station, 40);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string? line;
        do
        {
            line = await lines.ReadLineAsync(patience.Token);
        }
        while (line is not null && !(line.StartsWith("data: ", StringComparison.Ordinal) && line.Contains(station, StringComparison.Ordinal)));
        line.ShouldNotBeNull("the stream ended");
        line.ShouldContain($"90 mm at {station}");

        await using var feed = await platform.Http.GetStreamAsync(At("/disaster/v1/feed.atom"), TestContext.Current.CancellationToken);
        new StreamReader(feed).ReadToEnd().ShouldContain(station);
    }

    private async Task WriteAsync(string station, int millimetres)
    {
        using var answer = await platform.Http.PostAsync(At("/api/v2/write?bucket=climate"), new StringContent($"rain,station={station} mm={millimetres}"), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static Uri At(string path) => new($"/regions/south-africa{path}", UriKind.Relative);
}
