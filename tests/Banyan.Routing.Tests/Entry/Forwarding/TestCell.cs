using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Peers;
using Banyan.Engines.Certificates;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>A real Kestrel in a cell's place, whose endpoints say what arrived and wait where a test tells them to.</summary>
internal sealed class TestCell : IAsyncDisposable
{
    private static readonly Lazy<TestAuthority> Authority = new(static () =>
    {
        var authority = new TestAuthority();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => authority.Dispose();
        return authority;
    });

    private readonly WebApplication _app;
    private Links? _links;

    private TestCell(WebApplication app) => _app = app;

    public string Address => _app.Urls.First().Replace("https:", "http:", StringComparison.Ordinal); // what is below HTTP is the links' own

    public int Port => new Uri(Address).Port;

    /// <summary>A front door's way to it; null where it takes plain connections.</summary>
    public Links? DoorLinks { get; private set; }

    /// <summary>Let <c>/stream</c>, <c>/sse</c> and <c>/half</c> go on.</summary>
    public SemaphoreSlim Continue { get; } = new(0);

    /// <summary>Released once for each piece that <c>/upload</c> reads.</summary>
    public SemaphoreSlim PieceRead { get; } = new(0);

    /// <summary>Completes when the client of <c>/hang</c> is gone.</summary>
    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when <c>/hang</c> was reached.</summary>
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Method and raw target of everything that arrived, the probes aside.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Seen { get; } = new();

    public bool Ready { get; set; } = true;

    /// <summary>What <c>/answer</c> answers.</summary>
    public int AnswersWith { get; set; } = 200;

    public static async Task<TestCell> StartAsync(int port = 0, bool secure = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var links = secure ? Authority.Value.LinksOf(TestAuthority.Cell) : null;
        if (secure && port == 0)
            port = FreePort.Take();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, l => l.UseLinks(links)));
        builder.WebHost.ConfigureKestrel(k => (k.RequestHeaderEncodingSelector, k.ResponseHeaderEncodingSelector) = (static _ => Encoding.Latin1, static _ => Encoding.Latin1));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        var cell = new TestCell(app) { _links = links, DoorLinks = secure ? Authority.Value.LinksOf(TestAuthority.Door, (port, TestAuthority.Cell)) : null };
        app.Use((context, next) =>
        {
            if (context.Request.Path != "/health/ready")
                cell.Seen.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}");
            return next(context);
        });
        app.UseWebSockets();
        cell.Map(app);
        await app.StartAsync();
        return cell;
    }

    public async ValueTask DisposeAsync()
    {
        Continue.Release(1000);
        await _app.DisposeAsync();
        DoorLinks?.Dispose();
        _links?.Dispose();
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/health/ready", context => Status(context, Ready ? 200 : 503));
        routes.Map("/cell/v1/status", context => context.Response.WriteAsync("secret"));
        routes.Map("/health", context => context.Response.WriteAsync("public health"));
        routes.Map("/status/{code:int}", context => Status(context, int.Parse((string)context.GetRouteValue("code")!)));
        routes.Map("/answer", context => Status(context, AnswersWith));
        routes.Map("/stream", StreamAsync);
        routes.Map("/large/{bytes:int}", static async context =>
        {
            var body = new byte[int.Parse((string)context.GetRouteValue("bytes")!, System.Globalization.CultureInfo.InvariantCulture)];
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        });
        routes.Map("/sse", SseAsync);
        routes.Map("/upload", UploadAsync);
        routes.Map("/refuse-upload", context => Status(context, 413));
        routes.Map("/hang", HangAsync);
        routes.Map("/half", HalfAsync);
        routes.Map("/break", Break);
        routes.Map("/ws", SocketAsync);
        routes.Map("/headers", HeadersAsync);
        routes.Map("/{**rest}", HeadersAsync);
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private async Task StreamAsync(HttpContext context)
    {
        await context.Response.WriteAsync("first");
        await context.Response.Body.FlushAsync();
        await Continue.WaitAsync();
        await context.Response.WriteAsync("second");
    }

    private async Task SseAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 1; !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.WriteAsync($"id: {i}\ndata: event {i}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Continue.WaitAsync(context.RequestAborted);
        }
    }

    private async Task UploadAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            total += read;
            hash.AppendData(buffer.AsSpan(0, read));
            PieceRead.Release();
        }

        await context.Response.WriteAsync($"{total} {Convert.ToHexString(hash.GetHashAndReset())} length={context.Request.ContentLength} encoding={context.Request.Headers.TransferEncoding}");
    }

    private async Task HangAsync(HttpContext context)
    {
        await using var _ = context.RequestAborted.UnsafeRegister(s => ((TaskCompletionSource)s!).TrySetResult(), Aborted);
        Reached.TrySetResult();
        if (context.Request.Query.ContainsKey("started"))
        {
            await context.Response.WriteAsync("started");
            await context.Response.Body.FlushAsync();
        }

        await Aborted.Task;
    }

    private async Task HalfAsync(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("half");
        await context.Response.Body.FlushAsync();
        await Continue.WaitAsync();
        context.Abort();
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static async Task SocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private static async Task HeadersAsync(HttpContext context)
    {
        var request = context.Request;
        var text = new StringBuilder().AppendLine($"{request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {request.Protocol}");
        foreach (var (name, values) in request.Headers)
            text.AppendLine($"{name}: {values}");
        await context.Response.WriteAsync(text.ToString(), Encoding.Latin1);
    }
}
