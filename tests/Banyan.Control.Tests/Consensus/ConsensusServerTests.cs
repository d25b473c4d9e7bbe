using System.Net;
using System.Net.Sockets;
using Banyan.Control.Consensus;
using Banyan.Engines.Consensus;
using Banyan.Engines.Tests.Consensus;

namespace Banyan.Control.Tests.Consensus;

/// <summary>The single store behind its server.</summary>
public sealed class ConsensusServerTests : ConsensusCompliance, IAsyncDisposable
{
    private const string Instance = "0123456789abcdef";
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-consensus-").FullName;
    private readonly List<IAsyncDisposable> _open = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override async Task<IConsensusStore> OpenAsync() => Connect((await ServeAsync()).Address);

    [Fact]
    public async Task Ask_OfAnotherPlatform_IsRefused()
    {
        await using var client = new ConsensusClient((await ServeAsync()).Address, "another", TimeProvider.System);
        (await Should.ThrowAsync<ConsensusUnavailableException>(() => client.ListAsync("", Stop))).Message.ShouldContain("another platform");
        await Should.ThrowAsync<ConsensusUnavailableException>(async () => await client.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop).MoveNextAsync());
    }

    [Fact]
    public async Task Ask_NobodyThere_SaysSoInTime()
    {
        var server = await ServeAsync();
        await server.DisposeAsync();
        await using var client = Connect(server.Address);
        foreach (var call in (Func<Task>[])[() => client.GetAsync("a", Stop), () => client.RenewAsync(1, Stop), () => client.CommitAsync([], [new StoreWrite("a", "1")], Stop)])
            (await Should.ThrowAsync<ConsensusUnavailableException>(() => call().WaitAsync(ConsensusClient.Patience * 10, Stop))).Message.ShouldContain("does not answer");
    }

    [Fact]
    public async Task Ask_ServerIsSilent_SaysSoInTime()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var client = Connect(new Uri($"http://{silent.LocalEndpoint}"));
        (await Should.ThrowAsync<ConsensusUnavailableException>(() => client.RenewAsync(1, Stop).WaitAsync(ConsensusClient.Patience * 10, Stop))).Message.ShouldContain("no answer within");
        await Should.ThrowAsync<ConsensusUnavailableException>(() => client.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop).MoveNextAsync().AsTask().WaitAsync(ConsensusClient.Patience * 10, Stop));
    }

    [Fact]
    public async Task Watch_ServerGone_EndsAndTheNextOneMissesNothing()
    {
        var server = await ServeAsync();
        await using var client = Connect(server.Address);
        await using var watch = client.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop);
        var first = (await client.CommitAsync([], [new StoreWrite("a", "1")], Stop)).Revision;
        (await watch.MoveNextAsync()).ShouldBeTrue();
        var second = (await client.CommitAsync([], [new StoreWrite("b", "2")], Stop)).Revision;
        await server.DisposeAsync();
        // What was on its way may still come.
        await Should.ThrowAsync<ConsensusUnavailableException>(async () =>
        {
            while (await watch.MoveNextAsync())
                watch.Current.Revision.ShouldBe(second);
        });

        await ServeAsync(server.Address.Port);
        await using var next = client.WatchAsync("", first, Stop).GetAsyncEnumerator(Stop);
        (await next.MoveNextAsync()).ShouldBeTrue();
        next.Current.ShouldBe(new StoreChange("b", new StoredValue("b", "2", second, null), second));
    }

    [Fact]
    public async Task Commit_ServerComesBackWithinPatience_IsMadeOnce()
    {
        var server = await ServeAsync();
        await using var client = Connect(server.Address);
        await client.CommitAsync([], [new StoreWrite("n", "0")], Stop);
        await server.DisposeAsync();
        var commit = client.CommitAsync([], [new StoreWrite("n", "1")], Stop);
        await ServeAsync(server.Address.Port);
        try
        {
            (await commit).Revision.ShouldBe(2);
        }
        catch (ConsensusUnavailableException)
        {
            // A slow machine: it took longer than patience to serve again.
            (await client.GetAsync("n", Stop))!.Revision.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Watch_LongSilence_LivesByHeartbeats()
    {
        await using var client = await OpenAsync();
        await using var watch = client.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop);
        var next = watch.MoveNextAsync().AsTask();
        await Task.WhenAny(next, Task.Delay(ConsensusClient.Silence * 1.5, Stop));
        next.IsCompleted.ShouldBeFalse();
        await client.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        (await next).ShouldBeTrue();
    }

    [Fact]
    public async Task Health_Asked_AnswersAnyone()
    {
        using var http = new HttpClient { BaseAddress = (await ServeAsync()).Address };
        (await http.GetAsync(new Uri("/health/live", UriKind.Relative), Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.PostAsync(new Uri("/v1/list", UriKind.Relative), new StringContent("{}"), Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/v1/get", "{")]
    [InlineData("/v1/get", "null")]
    [InlineData("/v1/get", """{"key":"a b"}""")]
    [InlineData("/v1/get", "{}")]
    [InlineData("/v1/commit", "{}")]
    [InlineData("/v1/commit", """{"conditions":[null],"writes":[null]}""")]
    [InlineData("/v1/grant", """{"milliseconds":-1}""")]
    [InlineData("/v1/grant", """{"milliseconds":1e300}""")]
    [InlineData("/v1/watch", """{"prefix":null}""")]
    public async Task Ask_BadQuestion_Is400AndTheServerGoesOn(string path, string body)
    {
        var server = await ServeAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("Banyan-Instance", Instance);
        (await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body), Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await using var client = Connect(server.Address);
        (await client.ListAsync("", Stop)).Values.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static ConsensusClient Connect(Uri address) => new(address, Instance, TimeProvider.System);

    private async Task<ConsensusServer> ServeAsync(int port = 0)
    {
        var server = await ConsensusServer.StartAsync(new ConsensusOptions { Folder = _folder, Port = port, InstanceId = Instance }, Stop);
        _open.Add(server);
        return server;
    }
}
