using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>Stands between a client and the server; can withhold the server's answers while it still passes on what the client asks.</summary>
internal sealed class AnswerLosingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _sockets = [];
    private readonly Task _running;
    private readonly int _target;
    private volatile bool _lose;

    public AnswerLosingProxy(NpgsqlConnectionStringBuilder target)
    {
        _target = target.Port;
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port, SslMode = SslMode.Disable }.ConnectionString;
        _running = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>From now on the server's answers go nowhere.</summary>
    public void LoseAnswers() => _lose = true;

    /// <summary>Cuts every connection.</summary>
    public void Break()
    {
        lock (_sockets)
            _sockets.ForEach(s => s.Close());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Break();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pumps = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                lock (_sockets)
                    _sockets.AddRange([client, server]);
                pumps.Add(PumpAsync(client, server, lossy: false));
                pumps.Add(PumpAsync(server, client, lossy: true));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(pumps);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool lossy)
    {
        var buffer = new byte[16 << 10];
        try
        {
            var (source, target) = (from.GetStream(), to.GetStream());
            while (await source.ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                if (!(lossy && _lose))
                    await target.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            to.Close();
        }
    }
}
