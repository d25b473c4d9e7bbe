using System.Net;
using System.Net.Sockets;
using Banyan.Cells.Peers;

namespace Banyan.Services.Identity.Tests.Elsewhere;

/// <summary>A platform of two partitions, each with a real cell and a database of its own, that reach each other.</summary>
internal sealed class TwoRegions : IAsyncDisposable
{
    private readonly PartitionPeers _peers;

    private TwoRegions(IdentityCell east, IdentityCell west, PartitionPeers peers) => (East, West, _peers) = (east, west, peers);

    public IdentityCell East { get; }

    public IdentityCell West { get; }

    /// <summary>As one cell asks another.</summary>
    public static HttpClient AsCell(IdentityCell of) => new(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = of.Client.BaseAddress };

    public static async Task<TwoRegions> StartAsync(params (string Key, string Value)[] settings)
    {
        var (east, west) = (FreePort(), FreePort());
        var peers = new PartitionPeers(
            new Dictionary<string, IReadOnlyList<Uri>> { ["east"] = [Address(east)], ["west"] = [Address(west)] }, links: null, TimeProvider.System,
            new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        (string, string)[] all = [("identity:regions", "east,west"), .. settings];
        var first = await IdentityCell.OfPlatformAsync("east", east, null, peers, all);
        var second = await IdentityCell.OfPlatformAsync("west", west, first, peers, all);
        await Task.WhenAll(first.StartAgainAsync(), second.StartAgainAsync());
        return new TwoRegions(first, second, peers);
    }

    public async ValueTask DisposeAsync()
    {
        _peers.Dispose();
        await West.DisposeAsync();
        await East.DisposeAsync();
    }

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IdentityCell.PeerAddress, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
