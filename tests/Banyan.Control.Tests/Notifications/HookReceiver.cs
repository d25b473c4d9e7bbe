using System.Collections.Concurrent;
using System.Text.Json;
using Banyan.Cells.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Banyan.Control.Tests.Notifications;

/// <summary>The server of someone who is told, on a real socket; checks each signature.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    public const string Variable = "BANYAN_TEST_HOOK_SECRET";
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private readonly WebApplication _app;

    private HookReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Id, string Type, JsonElement Event)> Got { get; } = new();

    public string Url => $"{_app.Urls.First()}/hook?token=private";

    /// <param name="answer">Answers the n-th request, from 1.</param>
    public static async Task<HookReceiver> StartAsync(Func<HttpContext, int, Task> answer)
    {
        Environment.SetEnvironmentVariable(Variable, Key);
        WebhookSecret.TryParse(Key, out var secret).ShouldBeTrue();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new HookReceiver(app);
        var count = 0;
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var id = context.Request.Headers["webhook-id"].ToString();
            var timestamp = long.Parse(context.Request.Headers["webhook-timestamp"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            if (context.Request.Headers["webhook-signature"] != WebhookSignature.Sign(secret, id, timestamp, body.ToArray()))
            {
                context.Response.StatusCode = 401;
                return;
            }

            var json = JsonDocument.Parse(body.ToArray()).RootElement;
            receiver.Got.Enqueue((id, json.GetProperty("type").GetString()!, json));
            await answer(context, Interlocked.Increment(ref count));
        });
        await app.StartAsync();
        return receiver;
    }

    public static Task<HookReceiver> StartAsync(params int[] statuses) => StartAsync((context, n) =>
    {
        context.Response.StatusCode = statuses[Math.Min(n, statuses.Length) - 1];
        return Task.CompletedTask;
    });

    public async Task UntilAsync(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Got.Count < count)
            await Task.Delay(10, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
