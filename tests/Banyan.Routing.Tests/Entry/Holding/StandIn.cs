using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Banyan.Routing.Tests.Entry.Holding;

/// <summary>How a stand-in behaves.</summary>
internal enum Mood
{
    /// <summary>It serves.</summary>
    Serves,

    /// <summary>It listens, and answers 503 with the problem type <c>standby</c>.</summary>
    Standby,

    /// <summary>As above, with the type <c>fenced</c>, but its probe says that it is ready.</summary>
    FencedUnnoticed,

    /// <summary>It takes connections and requests, and answers nothing: a stopped process.</summary>
    Frozen,

    /// <summary>It does the work and breaks the connection instead of answering.</summary>
    BreaksAfterWork,

    /// <summary>It answers 503 with a problem type of its own.</summary>
    Overloaded,
}

/// <summary>A real Kestrel in the place of a region's cell for a partition, which a test lets die, freeze, stand by.</summary>
internal sealed class StandIn(string region, Ledger ledger) : IAsyncDisposable
{
    private WebApplication? _app;
    private TaskCompletionSource _thawed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Mood _mood;
    private int _reached;

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Requests of any kind but probes that reached it.</summary>
    public int Reached => Volatile.Read(ref _reached);

    /// <summary>The last request's body.</summary>
    public string? Body { get; private set; }

    /// <summary>The last change's <c>traceparent</c>.</summary>
    public string? TraceParent { get; private set; }

    public Mood Mood
    {
        get => _mood;
        set
        {
            _mood = value;
            if (value == Mood.Frozen)
                _thawed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            else
                _thawed.TrySetResult();
        }
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{Port}");
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.Zero);
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Use(WithMoodAsync);
        _app.MapPost("/changes", ChangeAsync);
        _app.MapGet("/reads/{name}", (HttpContext context) =>
        {
            ledger.Arrive((string)context.GetRouteValue("name")!);
            return context.Response.WriteAsync(region);
        });
        _app.MapGet("/events", EventsAsync);
        _app.MapGet("/socket", SocketAsync);
        await _app.StartAsync();
        Port = new Uri(_app.Urls.First()).Port;
    }

    /// <summary>As if the process were killed: what is in flight breaks off, nobody listens.</summary>
    public async Task DieAsync()
    {
        if (_app is null)
            return;
        _thawed.TrySetResult();
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await DieAsync();

    private async Task WithMoodAsync(HttpContext context, RequestDelegate next)
    {
        var probe = context.Request.Path == "/health/ready";
        if (!probe)
            Interlocked.Increment(ref _reached);
        switch (Mood)
        {
            case Mood.Frozen:
                await _thawed.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Abort(); // what was asked before the freeze is answered by nobody
                return;
            case Mood.Standby:
                await ProblemAsync(context, "standby");
                return;
            case Mood.FencedUnnoticed when !probe:
                await ProblemAsync(context, "fenced");
                return;
            case Mood.Overloaded when !probe:
                await ProblemAsync(context, "overloaded");
                return;
            case var _ when probe:
                return;
            default:
                await next(context);
                return;
        }
    }

    private async Task ChangeAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        Body = body;
        TraceParent = context.Request.Headers.TraceParent;
        var name = context.Request.Headers["Idempotency-Key"] is [{ } key] ? key : body;
        ledger.Arrive(name);
        var first = ledger.Do(name);
        if (Mood == Mood.BreaksAfterWork)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = first ? 201 : 200;
        await context.Response.WriteAsync(region);
    }

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync($"data: {region}\n\n");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes(region), System.Net.WebSockets.WebSocketMessageType.Text, true, context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Task ProblemAsync(HttpContext context, string code)
    {
        var body = $$"""{"title":"no","detail":{"type":"urn:banyan:problem:lie"},"type":"urn:banyan:problem:{{code}}","status":503}""";
        context.Response.StatusCode = 503;
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.RetryAfter = "1";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(body);
    }
}
