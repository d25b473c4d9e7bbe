using System.Collections.Concurrent;
using System.Net;
using Banyan.Cli.Feed;
using Banyan.Control.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cli.Tests.Feed;

public class SensorFeedTests
{
    [Fact]
    public async Task RunAsync_TwoRegions_PostsEachStationsLinesToItsOwnRegion()
    {
        using var entry = new Entry(posts: 4);
        await RunAsync(entry);
        var east = entry.Bodies["/regions/east/api/v2/write?bucket=sensors&precision=ms"];
        var lines = east[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2 * FeedStation.PerRegion);
        lines[0].ShouldMatch(@"^weather,station=east-1,region=east,place=Addis\\ Ababa rain_mm=[\d.]+,temperature_c=[\d.]+,wind_ms=[\d.]+ \d{13}$");
        lines[1].ShouldMatch(@"^river,station=east-1,region=east,place=Addis\\ Ababa level_m=[\d.]+ \d{13}$");
        entry.Bodies.Keys.ShouldContain("/regions/west/api/v2/write?bucket=sensors&precision=ms");
    }

    [Fact]
    public async Task RunAsync_EntryRefusesOrIsAway_GoesOn()
    {
        using var entry = new Entry(posts: 6) { Answer = number => number % 2 == 0 ? throw new HttpRequestException("away") : HttpStatusCode.ServiceUnavailable };
        await RunAsync(entry);
        entry.Count.ShouldBeGreaterThanOrEqualTo(6);
    }

    private static async Task RunAsync(Entry entry)
    {
        var platform = new PlatformState
        {
            Platform = "kai", InstanceId = "i", EntryPort = 1, Partitions = [],
            Regions = [Region("east") with { Place = "Addis Ababa" }, Region("west")],
        };
        using var http = new HttpClient(entry, disposeHandler: false) { BaseAddress = new Uri("http://entry") };
        await new SensorFeed(platform, http, TimeProvider.System, new Random(1), NullLogger.Instance).RunAsync(TimeSpan.FromMilliseconds(1), entry.Enough);
    }

    private static RegionState Region(string name) => new() { Name = name, Tier = "core", CellPort = 2, KeeperPort = 3, Latitude = 9, Longitude = 38 };

    /// <summary>An entry that has enough after some posts.</summary>
    private sealed class Entry(int posts) : HttpMessageHandler
    {
        private readonly CancellationTokenSource _enough = new();
        private int _count;

        public ConcurrentDictionary<string, List<string>> Bodies { get; } = new();

        public Func<int, HttpStatusCode> Answer { get; init; } = _ => HttpStatusCode.NoContent;

        public int Count => _count;

        public CancellationToken Enough => _enough.Token;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(CancellationToken.None);
            Bodies.AddOrUpdate(request.RequestUri!.PathAndQuery, _ => [body], (_, bodies) => [.. bodies, body]);
            var number = Interlocked.Increment(ref _count);
            if (number == posts)
                await _enough.CancelAsync();
            return new HttpResponseMessage(Answer(number));
        }
    }
}
