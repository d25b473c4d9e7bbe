using System.Net;
using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Banyan.Control.Consensus;

/// <summary>The process of the single consensus store: a <see cref="SingleStore"/> with its log, behind HTTP on the loopback.</summary>
public static class ConsensusHost
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="PlatformException">The port is taken, or the log is damaged.</exception>
    public static async Task RunAsync(DataFolder data, PlatformState platform, CancellationToken cancellationToken)
    {
        await using var store = Open(data);
        await using var app = Build(store, platform.Consensus!.Members[0].Port, platform.InstanceId);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new PlatformException($"port {platform.Consensus.Members[0].Port} of the consensus store is taken by another program");
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stop))
            await stop.Task;
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(hurry.Token);
    }

    /// <summary>Puts the server together without starting it.</summary>
    public static WebApplication Build(IConsensusStore store, int port, string instanceId)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "banyan-consensus", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.Limits.MaxConcurrentConnections = 1_000;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.MapGet("/health/live", static (HttpContext context) => context.Response.WriteAsync("live\n", context.RequestAborted));
        app.MapGet("/health/ready", static (HttpContext context) => context.Response.WriteAsync("ready\n", context.RequestAborted));
        Map(app, store, instanceId);
        return app;
    }

    private static SingleStore Open(DataFolder data)
    {
        try
        {
            return new SingleStore(BootTime.Instance, new StoreLog(data.Consensus));
        }
        catch (IOException e)
        {
            throw new PlatformException(e.Message.TrimEnd('.'));
        }
        catch (UnauthorizedAccessException)
        {
            throw new PlatformException($"no permission to use {data.Consensus}");
        }
    }

    private static void Map(IEndpointRouteBuilder app, IConsensusStore store, string instanceId)
    {
        Add("GET", "/v1/value", async (context, stop) =>
        {
            if (await store.GetAsync(Query(context, "key"), stop) is { } value)
                await context.Response.WriteAsJsonAsync(value, ConsensusJson.Default.StoredValue, cancellationToken: stop);
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        });
        Add("GET", "/v1/values", async (context, stop) =>
            await context.Response.WriteAsJsonAsync(await store.ListAsync(Query(context, "prefix"), stop), ConsensusJson.Default.StoreSnapshot, cancellationToken: stop));
        Add("POST", "/v1/commit", async (context, stop) =>
        {
            var request = await context.Request.ReadFromJsonAsync(ConsensusJson.Default.CommitRequest, stop) ?? throw new BadHttpRequestException("A commit is missing.");
            await context.Response.WriteAsJsonAsync(await store.CommitAsync(request.Conditions, request.Writes, stop), ConsensusJson.Default.StoreCommit, cancellationToken: stop);
        });
        Add("POST", "/v1/leases", async (context, stop) =>
            await context.Response.WriteAsJsonAsync(await store.GrantAsync(TimeSpan.FromMilliseconds(Number(Query(context, "milliseconds"))), stop), ConsensusJson.Default.StoreLease, cancellationToken: stop));
        Add("POST", "/v1/leases/{lease:long}/renew", async (context, stop) =>
            await context.Response.WriteAsJsonAsync(await store.RenewAsync(Number((string)context.GetRouteValue("lease")!), stop), ConsensusJson.Default.Boolean, cancellationToken: stop));
        Add("DELETE", "/v1/leases/{lease:long}", (context, stop) => store.RevokeAsync(Number((string)context.GetRouteValue("lease")!), stop));
        Add("GET", "/v1/watch", (context, stop) => ConsensusWatch.WriteAsync(context, store, Query(context, "prefix"), Number(Query(context, "after")), stop));

        void Add(string method, string path, Func<HttpContext, CancellationToken, Task> answer) => app.MapMethods(path, [method], async (HttpContext context) =>
        {
            if (context.Request.Headers[ConsensusWire.InstanceHeader] != instanceId)
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            try
            {
                await answer(context, context.RequestAborted);
            }
            catch (Exception e) when (e is JsonException or BadHttpRequestException or FormatException && !context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                return; // Nobody listens any more.
            }
        });
    }

    private static string Query(HttpContext context, string name) => context.Request.Query[name].ToString();

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
