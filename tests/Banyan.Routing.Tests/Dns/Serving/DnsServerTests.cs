using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Tests.Dns.Serving;

public class DnsServerTests
{
    private static readonly DnsServerOptions Options = new() { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)] };

    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("0.0.0.0", "127.0.0.2")] // the answer must come from the address that was asked
    [InlineData("::", "::1")]
    public async Task StartAsync_Address_AnswersOverUdpAndTcp(string listen, string ask)
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { Endpoints = [new IPEndPoint(IPAddress.Parse(listen), 0)], UdpThreads = 2 }, TimeProvider.System);
        var endpoint = new IPEndPoint(IPAddress.Parse(ask), server.Endpoints[0].Port);
        for (var i = 0; i < 8; i++)
            (await AskUdpAsync(endpoint, TestZone.Question("www.example.test", RecordType.A))).Answers.Length.ShouldBe(2);
        (await AskUdpAsync(endpoint, TestZone.Question("huge.example.test", RecordType.TXT))).Truncated.ShouldBeTrue();
        using var tcp = await ConnectAsync(endpoint);
        await SendAsync(tcp, TestZone.Question("huge.example.test", RecordType.TXT));
        (await ReceiveAsync(tcp)).Answers.Length.ShouldBe(120);
        server.Counts.NoError.ShouldBe(10);
        server.Counts.Truncated.ShouldBe(1);
    }

    [Fact]
    public async Task State_NewTable_IsUsedAtOnce()
    {
        var state = new DnsState(TestZone.Table);
        await using var server = await DnsServer.StartAsync(state, Options, TimeProvider.System);
        (await AskUdpAsync(server.Endpoints[0], TestZone.Question("www.example.test", RecordType.A))).Code.ShouldBe(ResponseCode.NoError);
        state.Current = AnswerTable.Empty;
        (await AskUdpAsync(server.Endpoints[0], TestZone.Question("www.example.test", RecordType.A))).Code.ShouldBe(ResponseCode.Refused);
    }

    [Fact]
    public async Task Tcp_ManyQueriesAtOnce_AreAllAnsweredInTurn()
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options, TimeProvider.System);
        using var tcp = await ConnectAsync(server.Endpoints[0]);
        var packets = new MemoryStream();
        for (ushort id = 0; id < 300; id++)
            Write(packets, TestZone.Question(id % 10 == 0 ? "huge.example.test" : "www.example.test", RecordType.TXT) with { Id = id });
        var sending = tcp.SendAsync(packets.ToArray(), Patience);
        for (ushort id = 0; id < 300; id++)
            (await ReceiveAsync(tcp)).Id.ShouldBe(id);
        await sending;
    }

    [Fact]
    public async Task Tcp_QueryInPieces_IsAnswered()
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options, TimeProvider.System);
        using var tcp = await ConnectAsync(server.Endpoints[0]);
        var packets = new MemoryStream();
        Write(packets, TestZone.Question("www.example.test", RecordType.A));
        foreach (var b in packets.ToArray())
            await tcp.SendAsync(new[] { b }, Patience);
        (await ReceiveAsync(tcp)).Answers.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("FFFF", "a query that is longer than any")]
    [InlineData("0000", "nothing")]
    [InlineData("000C" + "123480000000000000000000", "an answer")]
    public async Task Tcp_NotAQuery_ClosesTheConnection(string hex, string what)
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options, TimeProvider.System);
        using var tcp = await ConnectAsync(server.Endpoints[0]);
        await tcp.SendAsync(Convert.FromHexString(hex), Patience);
        (await IsClosedAsync(tcp)).ShouldBeTrue(what);
    }

    [Fact]
    public async Task Tcp_SilentConnection_IsClosed()
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { TcpIdleTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        using var tcp = await ConnectAsync(server.Endpoints[0]);
        (await IsClosedAsync(tcp)).ShouldBeTrue();
    }

    [Fact]
    public async Task Tcp_TooManyConnections_FurtherOnesAreClosed()
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { MaxTcpConnectionsOfNetwork = 2 }, TimeProvider.System);
        using var first = await ConnectAsync(server.Endpoints[0]);
        using var second = await ConnectAsync(server.Endpoints[0]);
        foreach (var open in (Socket[])[first, second])
        {
            await SendAsync(open, TestZone.Question("www.example.test", RecordType.A));
            await ReceiveAsync(open);
        }

        using (var third = await ConnectAsync(server.Endpoints[0]))
            (await IsClosedAsync(third)).ShouldBeTrue();
        first.Dispose();
        // its place is free as soon as the server has seen it go
        for (var deadline = Patience; ;)
        {
            using var next = await ConnectAsync(server.Endpoints[0]);
            await SendAsync(next, TestZone.Question("www.example.test", RecordType.A));
            if (!await IsClosedAsync(next))
                break;
            deadline.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task StartAsync_PortTaken_Throws()
    {
        await using var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options, TimeProvider.System);
        await Should.ThrowAsync<SocketException>(() => DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { Endpoints = server.Endpoints }, TimeProvider.System));
    }

    [Theory]
    [InlineData(511, 1)]
    [InlineData(5_000, 1)]
    [InlineData(1_232, 0)]
    public Task StartAsync_LimitOutOfRange_Throws(int answer, int threads) => Should.ThrowAsync<ArgumentOutOfRangeException>(() =>
        DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { MaxUdpAnswer = answer, UdpThreads = threads }, TimeProvider.System));

    [Fact]
    public async Task DisposeAsync_OpenConnections_AreClosed()
    {
        var server = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options, TimeProvider.System);
        using var tcp = await ConnectAsync(server.Endpoints[0]);
        await SendAsync(tcp, TestZone.Question("www.example.test", RecordType.A));
        await ReceiveAsync(tcp);
        await server.DisposeAsync();
        (await IsClosedAsync(tcp)).ShouldBeTrue();
        await using var again = await DnsServer.StartAsync(new DnsState(TestZone.Table), Options with { Endpoints = server.Endpoints }, TimeProvider.System);
        (await AskUdpAsync(again.Endpoints[0], TestZone.Question("www.example.test", RecordType.A))).Answers.Length.ShouldBe(2);
    }

    private static async Task<DnsMessage> AskUdpAsync(IPEndPoint server, DnsMessage query)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, Patience);
        await socket.SendAsync(query.Write(), Patience);
        var answer = new byte[Protocol.MaxMessage];
        var length = await socket.ReceiveAsync(answer, Patience);
        DnsMessage.TryRead(answer.AsSpan(0, length), out var message).ShouldBeTrue();
        return message!;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, Patience);
        return socket;
    }

    private static async Task SendAsync(Socket tcp, DnsMessage query)
    {
        var packet = new MemoryStream();
        Write(packet, query);
        await tcp.SendAsync(packet.ToArray(), Patience);
    }

    private static void Write(MemoryStream packets, DnsMessage query)
    {
        var bytes = query.Write();
        packets.Write([(byte)(bytes.Length >> 8), (byte)bytes.Length]);
        packets.Write(bytes);
    }

    private static async Task<DnsMessage> ReceiveAsync(Socket tcp)
    {
        var length = new byte[2];
        await ReadAsync(length);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await ReadAsync(answer);
        DnsMessage.TryRead(answer, out var message).ShouldBeTrue();
        return message!;

        async Task ReadAsync(byte[] target)
        {
            for (var read = 0; read < target.Length;)
            {
                var count = await tcp.ReceiveAsync(target.AsMemory(read), Patience);
                count.ShouldBeGreaterThan(0, "the connection was closed");
                read += count;
            }
        }
    }

    private static async Task<bool> IsClosedAsync(Socket tcp)
    {
        try
        {
            return await tcp.ReceiveAsync(new byte[1], Patience) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }
}
