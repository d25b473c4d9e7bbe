using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Elsewhere;

namespace Banyan.Services.Identity.Tests.Elsewhere;

/// <summary>A region that is away, and nobody took over: logins elsewhere don't wait for it each time.</summary>
public class SilentRegionTests
{
    [Fact]
    public async Task Login_WhileARegionIsSilent_WaitsForItShorter_UntilItAnswersOrAWhileIsOver()
    {
        var west = new ScriptedPeers { IsSilent = true };
        await using var cell = await IdentityCell.OfPlatformAsync("east", 0, null, west, ("identity:regions", "east,west"));
        await cell.StartAgainAsync();

        (await LoginAsync(cell)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await LoginAsync(cell)).ShouldBe(HttpStatusCode.ServiceUnavailable); // unsure, as for addresses that are known
        cell.Time.Advance(HomeFinder.Memory - TimeSpan.FromSeconds(2));
        (await LoginAsync(cell)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        west.Patience.ShouldBe([HomeFinder.Patience, HomeFinder.ShortPatience, HomeFinder.ShortPatience]);

        cell.Time.Advance(TimeSpan.FromSeconds(3)); // not prolonged by those in between
        await LoginAsync(cell);
        await LoginAsync(cell);
        west.Patience.Skip(3).ShouldBe([HomeFinder.Patience, HomeFinder.ShortPatience]);

        west.IsSilent = false;
        (await LoginAsync(cell)).ShouldBe(HttpStatusCode.Unauthorized); // it is back, and heard at once
        await LoginAsync(cell);
        west.Patience.Skip(5).ShouldBe([HomeFinder.ShortPatience, HomeFinder.Patience]);
    }

    private static async Task<HttpStatusCode> LoginAsync(IdentityCell cell)
    {
        using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier = $"{Guid.NewGuid():N}@example.org", password = "not the right one" });
        return response.StatusCode;
    }

    private sealed class ScriptedPeers : IPartitionPeers
    {
        public volatile bool IsSilent;

        /// <summary>How long each question for an address was to be waited for.</summary>
        public ConcurrentQueue<TimeSpan> Patience { get; } = new();

        public IReadOnlyCollection<string> Partitions { get; } = ["east", "west"];

        public Task<HttpResponseMessage> SendAsync(string partition, Func<HttpRequestMessage> make, bool canRepeat, TimeSpan patience, CancellationToken cancellationToken)
        {
            using var request = make();
            var asks = request.RequestUri!.OriginalString == "/cell/v1/identity/homes";
            if (asks)
                Patience.Enqueue(patience);
            if (IsSilent)
                return Task.FromException<HttpResponseMessage>(new PartitionAwayException(partition, mayBeDone: false, "the test says so"));
            return Task.FromResult(new HttpResponseMessage(asks ? HttpStatusCode.OK : HttpStatusCode.Unauthorized) { Content = new StringContent(asks ? "{\"known\":false}" : "{}", Encoding.UTF8, "application/json") });
        }
    }
}
