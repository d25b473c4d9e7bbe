using System.Net;
using Banyan.Control.Drills.Load;
using Banyan.Control.Platform;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Asking;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Testing;

namespace Banyan.Control.Tests.Drills.Load;

/// <summary>Clients of a drill ask a real name server, over a socket, for a real platform's names.</summary>
public sealed class LoadDoorsTests : IAsyncLifetime
{
    private const int Port = 8080;
    private static readonly DnsName Name = DnsName.Parse("east.kai.banyan.test");
    private readonly PlatformFactsState _facts = new(new PlatformFacts(PolicyFacts.AllWell(2), [true, true]));
    private readonly Clock _clock = new();
    private DnsServer _server = null!;
    private bool _gone;

    public async ValueTask InitializeAsync()
    {
        var names = new PlatformNames
        {
            Platform = "kai",
            Regions = [new("east"), new("west")],
            Doors = [new("front-door", FrontDoorState.AddressOf(0), Port), new("front-door-2", FrontDoorState.AddressOf(1), Port)],
        };
        PolicyModel.TryCompile(new PolicySet(names.Regions, [new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("east"), new("west")] }], "order"), out var model, out _).ShouldBeTrue();
        var table = AnswerTable.Compile([PlatformZone.Build(names, model!, PlaceTable.Empty, _facts)], out _).ShouldNotBeNull();
        _server = await DnsServer.StartAsync(new DnsState(table), new DnsServerOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)] }, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        var dispose = !_gone;
        _gone = true;
        return dispose ? _server.DisposeAsync() : default;
    }

    [Fact]
    public async Task NowAsync_HonoursTtl_GoesToAnotherDoorWhenItIsOver()
    {
        var doors = Doors(honoursTtl: true, _server.Endpoints[0]);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.1:8080/");
        _facts.Current = _facts.Current with { DoorsWell = [false, true] };
        _clock.Now += TimeSpan.FromSeconds(4.9);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.1:8080/", "the answer may be kept for 5 s");
        _clock.Now += TimeSpan.FromSeconds(0.2);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.2:8080/");
        doors.Times.ShouldBe(2);
    }

    [Fact]
    public async Task NowAsync_IgnoresTtl_StaysForEver()
    {
        var doors = Doors(honoursTtl: false, _server.Endpoints[0]);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.1:8080/");
        _facts.Current = _facts.Current with { DoorsWell = [false, true] };
        _clock.Now += TimeSpan.FromDays(1);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.1:8080/");
        doors.Times.ShouldBe(1);
    }

    [Fact]
    public async Task NowAsync_FirstServerIsGone_AsksTheNext()
    {
        var gone = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        (await NowAsync(Doors(honoursTtl: true, gone, _server.Endpoints[0]))).ShouldBe("http://127.0.0.1:8080/");
    }

    [Fact]
    public async Task NowAsync_NoServerAnswers_KeepsWhatItHadAndElseFails()
    {
        var gone = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        await Should.ThrowAsync<HttpRequestException>(() => NowAsync(Doors(honoursTtl: true, gone)));
        var doors = Doors(honoursTtl: true, _server.Endpoints[0]);
        await NowAsync(doors);
        await DisposeAsync();
        _clock.Now += TimeSpan.FromSeconds(6);
        (await NowAsync(doors)).ShouldBe("http://127.0.0.1:8080/");
        doors.Times.ShouldBe(2);
    }

    [Fact]
    public async Task NowAsync_NameThatDoesNotExist_Fails() =>
        await Should.ThrowAsync<HttpRequestException>(() => NowAsync(new NamedDoors(Asker(_server.Endpoints[0]), DnsName.Parse("atlantis.kai.banyan.test"), Port, honoursTtl: true, _clock)));

    [Fact]
    public void Of_PlatformWithNames_ThreeHonourThreeIgnoreFourKnow()
    {
        Uri[] doors = [new("http://127.0.0.1:8080/"), new("http://127.0.0.1:8081/")];
        var platform = new PlatformState { Platform = "kai", InstanceId = "i", EntryPort = Port, DnsPort = 5300, Regions = [], Partitions = [] };
        var clients = Enumerable.Range(0, 10).Select(i => new LoadEntrances(platform, "east", doors).Of(i, _clock)).ToList();
        clients.OfType<NamedDoors>().Count(static d => d.HonoursTtl).ShouldBe(3);
        clients.OfType<NamedDoors>().Count().ShouldBe(6);
        LoadEntrances.Describe(clients).ShouldBe("3 clients found their front door by DNS and honoured the TTL (0 questions), 3 asked once and ignored it");
        var without = Enumerable.Range(0, 10).Select(i => new LoadEntrances(platform with { DnsPort = null }, "east", doors).Of(i, _clock)).ToList();
        without.ShouldAllBe(static d => d is KnownDoors);
        LoadEntrances.Describe(without).ShouldContain("--dns-port");
    }

    private static NameAsker Asker(params IPEndPoint[] servers) => new(servers, TimeSpan.FromSeconds(10), TimeProvider.System);

    private static async Task<string> NowAsync(ILoadDoors doors) => (await doors.NowAsync(CancellationToken.None)).ShouldHaveSingleItem().ToString();

    private NamedDoors Doors(bool honoursTtl, params IPEndPoint[] servers) => new(Asker(servers), Name, Port, honoursTtl, _clock);

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
