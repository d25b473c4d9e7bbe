using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Banyan.Cells.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Peers;

/// <summary>How a partition is reached wherever it is served: against servers that answer as cells do.</summary>
public sealed class PartitionPeersTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly List<WebApplication> _apps = [];
    private readonly ConcurrentQueue<string> _seen = [];

    [Fact]
    public async Task Send_FirstStandsBy_GoesToTheOneThatServes_AndThereFirstFromThenOn()
    {
        var standby = await StartAsync("standby", static c => RefuseAsync(c, "standby"), ready: false);
        var serving = await StartAsync("serving", static c => c.Response.WriteAsync("done"));
        using var peers = Peers(standby, serving);
        (await SendAsync(peers)).ShouldBe("done");
        (await SendAsync(peers)).ShouldBe("done");
        _seen.ShouldBe(["standby", "serving", "serving"]);
    }

    [Fact]
    public async Task Send_NobodyListens_GoesToTheNext()
    {
        var serving = await StartAsync("serving", static c => c.Response.WriteAsync("done"));
        using var peers = Peers(Dead(), serving);
        (await SendAsync(peers)).ShouldBe("done");
    }

    [Fact]
    public async Task Send_PartitionMoves_WaitsUntilTheNewPrimaryIsReady()
    {
        var isReady = false;
        var coming = await StartAsync("coming", static c => c.Response.WriteAsync("done"), () => Volatile.Read(ref isReady));
        using var peers = Peers(Dead(), coming);
        var sent = SendAsync(peers);
        await UntilAsync(() => _seen.Contains("coming ready?"));
        _seen.ShouldNotContain("coming");
        Volatile.Write(ref isReady, true);
        (await sent).ShouldBe("done");
    }

    [Theory]
    [InlineData("fenced", false)]
    [InlineData("region-down", true)]
    public async Task Send_RefusalThatMayHideAChange_IsGivenAsItIs(string code, bool canRepeat)
    {
        var fenced = await StartAsync("fenced", c => RefuseAsync(c, code));
        var other = await StartAsync("other", static c => c.Response.WriteAsync("done"));
        using var peers = Peers(fenced, other);
        using var answer = await peers.SendAsync("east", static () => new HttpRequestMessage(HttpMethod.Post, new Uri("/thing", UriKind.Relative)), canRepeat, Patience, CancellationToken.None);
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(code); // still to be read
        _seen.ShouldBe(["fenced"]);
    }

    [Fact]
    public async Task Send_FencedAndCanBeRepeated_GoesToTheNext()
    {
        var fenced = await StartAsync("fenced", static c => RefuseAsync(c, "fenced"), ready: false);
        var other = await StartAsync("other", static c => c.Response.WriteAsync("done"));
        using var peers = Peers(fenced, other);
        using var answer = await peers.SendAsync("east", static () => new HttpRequestMessage(HttpMethod.Post, new Uri("/thing", UriKind.Relative)), canRepeat: true, Patience, CancellationToken.None);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("done");
    }

    [Fact]
    public async Task Send_ConnectionBreaksAndCannotBeRepeated_SaysThatItMayBeDone()
    {
        var breaking = await StartAsync("breaking", static c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });
        var other = await StartAsync("other", static c => c.Response.WriteAsync("done"));
        using var peers = Peers(breaking, other);
        (await Should.ThrowAsync<PartitionAwayException>(() => SendAsync(peers, canRepeat: false))).MayBeDone.ShouldBeTrue();
        _seen.ShouldBe(["breaking"]);
        using var again = Peers(breaking, other);
        (await SendAsync(again, canRepeat: true)).ShouldBe("done");
    }

    [Fact]
    public async Task Send_NobodyServes_GivesUpWhenPatienceIsOver_AndNothingWasDone()
    {
        using var peers = Peers(Dead(), Dead());
        (await Should.ThrowAsync<PartitionAwayException>(() => SendAsync(peers, patience: TimeSpan.FromMilliseconds(300)))).MayBeDone.ShouldBeFalse();
        (await Should.ThrowAsync<PartitionAwayException>(() => peers.SendAsync("west", static () => new HttpRequestMessage(), true, Patience, CancellationToken.None))).Partition.ShouldBe("west");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
    }

    private static PartitionPeers Peers(params Uri[] cells) => new(new Dictionary<string, IReadOnlyList<Uri>> { ["east"] = cells }, links: null, TimeProvider.System);

    private static async Task<string> SendAsync(PartitionPeers peers, bool canRepeat = false, TimeSpan? patience = null)
    {
        using var answer = await peers.SendAsync("east", static () => new HttpRequestMessage(HttpMethod.Post, new Uri("/thing", UriKind.Relative)), canRepeat, patience ?? Patience, CancellationToken.None);
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task RefuseAsync(HttpContext context, string code)
    {
        var body = System.Text.Encoding.UTF8.GetBytes($$"""{"type":"urn:banyan:problem:{{code}}","title":"no","status":503}""");
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (503, "application/problem+json", body.Length);
        return context.Response.Body.WriteAsync(body, 0, body.Length);
    }

    private Task<Uri> StartAsync(string name, RequestDelegate answer, bool ready = true) => StartAsync(name, answer, () => ready);

    private async Task<Uri> StartAsync(string name, RequestDelegate answer, Func<bool> isReady)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(context =>
        {
            if (context.Request.Path != "/health/ready")
            {
                _seen.Enqueue(name);
                return answer(context);
            }

            if (!isReady())
                _seen.Enqueue($"{name} ready?");
            context.Response.StatusCode = isReady() ? 200 : 503;
            return Task.CompletedTask;
        });
        _apps.Add(app);
        await app.StartAsync();
        return new Uri(app.Urls.First());
    }

    private static Uri Dead()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(5, limit.Token);
    }
}
