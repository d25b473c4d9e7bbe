using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Banyan.Control.Failover.Observing;

namespace Banyan.Control.Tests.Failover;

/// <summary>Watching over real sockets: a process that answers, one that is frozen (the kernel still accepts), one that is gone.</summary>
public sealed class ProcessWatchTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<Sight> _seen = [];
    private readonly List<Task> _work = [];
    private TcpListener? _listener;
    private int _asked;

    [Fact]
    public async Task Run_ProcessDies_IsRefusedAndIsUpAgainWhenItReturns()
    {
        var address = Listen(answers: true);
        Watch(address);
        Next().ShouldBe(Sight.Up);
        _listener!.Stop();
        await CloseAllAsync();
        Next().ShouldBe(Sight.Refused);
        Listen(answers: true, address.Port);
        Next().ShouldBe(Sight.Up);
    }

    [Fact]
    public async Task Run_AnswerInPieces_IsAskedForOnceAnInterval()
    {
        var address = Listen(answers: true);
        Watch(address);
        Next().ShouldBe(Sight.Up);
        await Task.Delay(ProcessWatch.Interval * 4, TestContext.Current.CancellationToken);
        // Once at first and once an interval: a machine that is busy asks less, never more.
        Volatile.Read(ref _asked).ShouldBeInRange(1, 6);
    }

    [Fact]
    public void Run_NobodyListens_IsRefused()
    {
        var address = Listen(answers: false);
        _listener!.Stop();
        Watch(address);
        Next().ShouldBe(Sight.Refused);
    }

    [Fact]
    public void Run_ProcessIsFrozen_IsSilent()
    {
        Watch(Listen(answers: false));
        Next().ShouldBe(Sight.Silent);
    }

    [Fact]
    public async Task Knock_Port_SaysWhetherSomeoneListens()
    {
        var address = Listen(answers: false);
        (await ProcessWatch.KnockAsync(address, TimeProvider.System, _stop.Token)).ShouldBe(Sight.Up);
        _listener!.Stop();
        (await ProcessWatch.KnockAsync(address, TimeProvider.System, _stop.Token)).ShouldBe(Sight.Refused);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener?.Stop();
        await CloseAllAsync();
        await Task.WhenAll(_work);
        _stop.Dispose();
        _seen.Dispose();
    }

    private readonly ConcurrentBag<Socket> _open = [];

    private void Watch(IPEndPoint address) => _work.Add(new ProcessWatch(address, TimeProvider.System, _seen.Add).RunAsync(_stop.Token));

    private Sight Next() => _seen.TryTake(out var sight, TimeSpan.FromSeconds(20)) ? sight : throw new TimeoutException("Nothing was seen.");

    private IPEndPoint Listen(bool answers, int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        if (answers)
            _work.Add(ServeAsync(_listener));
        return (IPEndPoint)_listener.LocalEndpoint;
    }

    private async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_stop.Token);
                _open.Add(client);
                _work.Add(AnswerAsync(client));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return; // The process "died", or the test ends.
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        var buffer = new byte[1024];
        try
        {
            client.NoDelay = true;
            while (await client.ReceiveAsync(buffer, _stop.Token) > 0)
            {
                Interlocked.Increment(ref _asked);
                await client.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlive\n\r\n"u8.ToArray(), _stop.Token);
                await Task.Delay(5, _stop.Token);
                await client.SendAsync("0\r\n\r\n"u8.ToArray(), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }

    private Task CloseAllAsync()
    {
        while (_open.TryTake(out var client))
            client.Dispose();
        return Task.CompletedTask;
    }
}
