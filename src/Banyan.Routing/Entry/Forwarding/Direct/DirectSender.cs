using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>
/// Sends plain HTTP/1.1 requests over kept sockets: what most requests are, at a fraction of the client library's cost.
/// Upgrades, bodies of unknown or great length, HTTP/2 and whatever else is unusual go by <see cref="Sender"/>. Thread-safe.
/// </summary>
internal sealed class DirectSender : IDisposable
{
    private readonly EntryOptions _options;
    private readonly TimeProvider _time;
    private readonly CellPool?[] _pools;
    private readonly ITimer _sweep;
    private readonly CancellationTokenRegistration _stop;

    public DirectSender(EntryState state, EntryOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        (_options, _time) = (options, time);
        CellAddress[] cells = [.. state.Current.Regions.SelectMany(static r => r.Cells)];
        foreach (var cell in cells.Where(static c => c.Endpoint is not null))
            cell.Pool = new CellPool(cell.Endpoint!, options, time);
        _pools = [.. cells.Select(static c => c.Pool)];
        var every = TimeSpan.FromSeconds(Math.Clamp(Math.Min(options.AnswerTimeout.TotalSeconds, options.LeftPatience.TotalSeconds) / 4, 0.02, 1));
        _sweep = time.CreateTimer(static s => ((DirectSender)s!).Each(static p => p.Sweep()), this, every, every);
        _stop = lifetime.ApplicationStopping.UnsafeRegister(static s => ((DirectSender)s!).Each(static p => p.Stop()), this);
    }

    /// <summary>Whether a request is plain enough.</summary>
    public static bool Suits(Exchange exchange, CellAddress cell)
    {
        var request = exchange.Context.Request;
        return cell.Pool is not null
            && (HttpProtocol.IsHttp11(request.Protocol) || HttpProtocol.IsHttp10(request.Protocol))
            && exchange.Traits is { HasBody: false } or { BodyLength: >= 0 and < RequestBody.AskFirst }
            && (request.Headers.Upgrade.Count == 0 || !string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase))
            && request.Headers.Expect.Count == 0
            && !exchange.Target.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>Sends it. Where that ends in anything but <see cref="SendEnd.Answered"/>, nothing was written to the client.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SendEnd> SendAsync(Exchange exchange, EntryRegion region, CellAddress cell, RegionCount count)
    {
        var context = exchange.Context;
        var pool = cell.Pool!;
        var closed = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? context.RequestAborted;
        if (await pool.RentAsync() is not { } connection)
            return closed.IsCancellationRequested ? SendEnd.Answered : SendEnd.Unreachable;
        connection.Begin(region.Route!.Life, exchange.Traits.Repeatable);
        var gone = closed.UnsafeRegister(static c => ((CellConnection)c!).End(ConnectionEnd.ClientGone), connection);
        var end = SendEnd.Broke;
        var again = false;
        try
        {
            if (!await DirectRequest.TrySendAsync(connection, exchange, cell))
                return end = closed.IsCancellationRequested ? SendEnd.Answered : SendEnd.ClientFault;
            var answer = new DirectAnswer(connection, exchange, _options);
            if (!await answer.TryReadHeadAsync())
                return end = EndOf(connection);
            cell.Breaker.Succeeded();
            if (await answer.StandsAsideAsync())
                return end = SendEnd.StoodAside;
            exchange.Pass();
            count.Answered(connection.Head.Status);
            again = await answer.CopyAsync(region.Name, cell.Region);
            return end = SendEnd.Answered;
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException or OperationCanceledException)
        {
            end = EndOf(connection);
            if (!context.Response.HasStarted)
                return end;
            // Events end here, in order: clients come back, and drop the one that is not whole. Of anything else half an answer must not be taken for a whole one.
            if (connection.Phase != AnswerPhase.Endless)
            {
                exchange.BrokenOff = end is not SendEnd.Answered; // else it is the client who went
                context.Abort();
            }

            return end = SendEnd.Answered;
        }
        finally
        {
            gone.Dispose();
            if (connection.TryFinish() && again)
                pool.Return(connection);
            else
                pool.Drop(connection);
            if (end is not SendEnd.Answered && !context.Response.HasStarted)
                context.Response.Clear();
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _sweep.Dispose();
    }

    private static SendEnd EndOf(CellConnection connection) => connection.Ended switch
    {
        ConnectionEnd.ClientGone => SendEnd.Answered,
        ConnectionEnd.Left => SendEnd.Left,
        ConnectionEnd.Silent => SendEnd.Silent,
        _ => SendEnd.Broke,
    };

    private void Each(Action<CellPool> what)
    {
        foreach (var pool in _pools)
        {
            if (pool is not null)
                what(pool);
        }
    }
}
