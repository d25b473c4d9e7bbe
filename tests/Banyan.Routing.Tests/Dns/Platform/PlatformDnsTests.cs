using System.Net;
using System.Net.Sockets;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Health;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;
using Banyan.Routing.Tests.Entry;
using Banyan.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Routing.Tests.Dns.Platform;

public class PlatformDnsTests
{
    private readonly EntryState _entry = new(new EntryMap([new EntryRegion { Name = "east", Address = "http://127.0.0.1:1", Availability = RegionAvailability.Serving }, new EntryRegion { Name = "west", Address = "http://127.0.0.1:2", Availability = RegionAvailability.Serving }]));

    [Theory]
    [InlineData(RegionAvailability.Serving, true)]
    [InlineData(RegionAvailability.Suspected, true)]
    [InlineData(RegionAvailability.Moving, true)]
    [InlineData(RegionAvailability.Down, false)]
    [InlineData(RegionAvailability.Starting, false)]
    public async Task Current_Regions_FollowTheEntrysMap(RegionAvailability availability, bool well)
    {
        await using var dns = await RunningAsync(PlatformZoneTests.Names with { Doors = [Door("one", 1)] });
        _entry.Set("west", availability);
        await dns.UntilAsync(f => f.Regions.Targets[1].Well == well);
        dns.Service.Current.Regions.Targets[0].ShouldBe(TargetFacts.AllOfIt);
    }

    [Fact]
    public async Task Current_RegionComesBack_TakesAPartFirst()
    {
        await using var dns = await RunningAsync(PlatformZoneTests.Names with { Doors = [Door("one", 1)] });
        _entry.Set("west", RegionAvailability.Down);
        await dns.UntilAsync(static f => !f.Regions.Targets[1].Well);
        _entry.Set("west", RegionAvailability.Serving);
        await dns.UntilAsync(static f => f.Regions.Targets[1] is { Well: true, Ramp: < 1 });
    }

    [Fact]
    public async Task Names_DoorDies_LeadToTheOther()
    {
        await using var other = await LivingDoor.StartAsync();
        var names = PlatformZoneTests.Names with { Doors = [Door("one", FreePort.Take()), Door("two", other.Port)] };
        await using var dns = await RunningAsync(names);
        await dns.UntilAsync(static f => f.DoorsWell is [false, true]);
        (await dns.AskAsync("east.kai.banyan.test")).ShouldBe("127.0.0.2");
        await other.DisposeAsync();
        await dns.UntilAsync(static f => f.DoorsWell is [false, false]);
        (await dns.AskAsync("east.kai.banyan.test")).ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task ExecuteAsync_PortTaken_ServesAsSoonAsItIsFree()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var dns = await RunningAsync(PlatformZoneTests.Names with { Doors = [Door("one", 1)] }, ((IPEndPoint)taken.LocalEndpoint).Port);
        dns.Service.Counts.ShouldBeNull();
        taken.Stop();
        (await dns.AskAsync("east.kai.banyan.test")).ShouldBe("127.0.0.1");
        dns.Service.Counts.ShouldNotBeNull().NoError.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Constructor_NamesThatClash_Throws() =>
        Should.Throw<ArgumentException>(() => New(PlatformZoneTests.Names with { Doors = [Door("east", 1)] }, 1)).Message.ShouldContain("is there twice");

    private static NamedDoor Door(string name, int port) => new(name, IPAddress.Parse(name == "two" ? "127.0.0.2" : "127.0.0.1"), port);

    private PlatformDns New(PlatformNames names, int port)
    {
        var source = Snapshots.SourceOf(_entry.Current) with { Damping = new HealthDamping { RampTime = TimeSpan.FromHours(1) } };
        var policies = new PolicyState(_entry, source, TimeProvider.System);
        policies.Use(new PolicySet(source.Targets, [new Policy { Name = "order", Kind = PolicyKind.Failover, Branches = [new("east"), new("west")] }], "order"), PlaceTable.Empty);
        policies.SetReady();
        return new(
            names,
            policies,
            new PlatformDnsOptions
            {
                Endpoint = new IPEndPoint(IPAddress.Loopback, port),
                LookInterval = TimeSpan.FromMilliseconds(20),
                ProbeInterval = TimeSpan.FromMilliseconds(50),
                ListenAgain = TimeSpan.FromMilliseconds(50),
            },
            TimeProvider.System, NullLogger<PlatformDns>.Instance);
    }

    private async Task<Running> RunningAsync(PlatformNames names, int? port = null)
    {
        var running = new Running(New(names, port ?? FreePort.Take()), port);
        await running.Service.StartAsync(CancellationToken.None);
        return running;
    }

    private sealed class Running(PlatformDns service, int? port) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

        public PlatformDns Service => service;

        public async Task UntilAsync(Func<PlatformFacts, bool> holds)
        {
            while (!holds(service.Current))
                await Task.Delay(10, _patience.Token);
        }

        /// <summary>Asks again until there is an answer: the server may not listen yet.</summary>
        public async Task<string> AskAsync(string name)
        {
            while (service.Endpoint is null)
                await Task.Delay(10, _patience.Token);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(service.Endpoint, _patience.Token);
            await socket.SendAsync(TestZone.Question(name, RecordType.A).Write(), _patience.Token);
            var answer = new byte[1232];
            var length = await socket.ReceiveAsync(answer, _patience.Token);
            DnsMessage.TryRead(answer.AsSpan(0, length), out var message).ShouldBeTrue();
            port?.ShouldBe(service.Endpoint.Port);
            return message!.Answers.ShouldHaveSingleItem().Data.ShouldBeOfType<AddressData>().Address.ToString();
        }

        public async ValueTask DisposeAsync()
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
            _patience.Dispose();
        }
    }

    /// <summary>A front door that says that it lives, at 127.0.0.2 as the second one has it.</summary>
    private sealed class LivingDoor : IAsyncDisposable
    {
        private readonly System.Net.Sockets.TcpListener _listener = new(IPAddress.Parse("127.0.0.2"), 0);
        private readonly Task _serving;

        private LivingDoor()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public static Task<LivingDoor> StartAsync() => Task.FromResult(new LivingDoor());

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptSocketAsync();
                    await client.ReceiveAsync(new byte[4_096]);
                    await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It died, as it should.
            }
        }
    }
}
