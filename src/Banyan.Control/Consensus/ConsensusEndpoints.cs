using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banyan.Engines.Consensus;
using Banyan.Engines.Consensus.Remote;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Consensus;

/// <summary>What the process of a consensus store answers; see <see cref="ConsensusWire"/>. Without routing: it starts faster, and seven paths need none.</summary>
internal sealed class ConsensusEndpoints(SingleStore store, string instanceId, ILogger log, CancellationToken ending)
{
    /// <summary>The longest question, in bytes: the largest commit there can be.</summary>
    public const int LongestQuestion = 16 * 1024 * 1024;

    private static readonly byte[] Newline = [(byte)'\n'];
    private static readonly byte[] Alive = "{}\n"u8.ToArray();

    private readonly byte[] _instance = Encoding.UTF8.GetBytes(instanceId);

    public Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (HttpMethods.IsGet(context.Request.Method) && path is "/health/live" or "/health/ready")
            return HealthAsync(context, path);
        if (!HttpMethods.IsPost(context.Request.Method))
            return RefuseAsync(context, StatusCodes.Status404NotFound, "no such question");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers[ConsensusWire.InstanceHeader].ToString()), _instance))
        {
            ConsensusLog.Stranger(log);
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "it belongs to another platform");
        }

        return path == ConsensusWire.Watch ? WatchAsync(context) : AskedAsync(context, path);
    }

    private async Task AskedAsync(HttpContext context, string path)
    {
        var json = ConsensusJson.Default;
        var stop = context.RequestAborted;
        try
        {
            switch (path)
            {
                case ConsensusWire.Get:
                    await SayAsync(new ValueAnswer(await store.GetAsync((await ReadAsync(json.KeyQuestion)).Key, stop)), json.ValueAnswer);
                    break;
                case ConsensusWire.List:
                    await SayAsync(await store.ListAsync((await ReadAsync(json.KeyQuestion)).Key, stop), json.StoreSnapshot);
                    break;
                case ConsensusWire.Commit:
                    var commit = await ReadAsync(json.CommitQuestion);
                    await SayAsync(await store.CommitAsync(commit.Conditions, commit.Writes, stop), json.StoreCommit);
                    break;
                case ConsensusWire.Grant:
                    var granted = await store.GrantAsync(TimeSpan.FromMilliseconds((await ReadAsync(json.LeaseText)).Milliseconds), stop);
                    await SayAsync(new LeaseText(granted.Id, granted.TimeToLive.TotalMilliseconds), json.LeaseText);
                    break;
                case ConsensusWire.Renew:
                    await SayAsync(new RenewAnswer(await store.RenewAsync((await ReadAsync(json.LeaseQuestion)).Lease, stop)), json.RenewAnswer);
                    break;
                case ConsensusWire.Revoke:
                    await store.RevokeAsync((await ReadAsync(json.LeaseQuestion)).Lease, stop);
                    await SayAsync(new RenewAnswer(false), json.RenewAnswer);
                    break;
                default:
                    await RefuseAsync(context, StatusCodes.Status404NotFound, "no such question");
                    break;
            }
        }
        catch (ConsensusUnavailableException refused)
        {
            ConsensusLog.Refused(log, refused.Message);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, refused.Message);
        }
        catch (Exception wrong) when (wrong is ArgumentException or JsonException or OverflowException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, wrong.Message);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            context.Abort(); // The client has gone, or this process goes.
        }

        async Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
            where T : class => await JsonSerializer.DeserializeAsync(context.Request.Body, type, stop) ?? throw new JsonException("null is no question");

        async Task SayAsync<T>(T answer, JsonTypeInfo<T> type)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, stop);
        }
    }

    private async Task WatchAsync(HttpContext context)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        try
        {
            var question = await JsonSerializer.DeserializeAsync(context.Request.Body, ConsensusJson.Default.WatchQuestion, both.Token) ?? throw new JsonException("null is no question");
            StoreRules.CheckPrefix(question.Prefix);
            context.Response.ContentType = "application/jsonl";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await WriteAsync(Alive);
            await SendChangesAsync(store.WatchAsync(question.Prefix, question.After, both.Token));
        }
        catch (ConsensusCompactedException compacted)
        {
            await WriteAsync([.. JsonSerializer.SerializeToUtf8Bytes(new WatchLine(Compacted: compacted.Message), ConsensusJson.Default.WatchLine), .. Newline]);
        }
        catch (Exception wrong) when (wrong is ArgumentException or JsonException)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, wrong.Message);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }

        async Task SendChangesAsync(IAsyncEnumerable<StoreChange> changes)
        {
            await using var each = changes.GetAsyncEnumerator(both.Token);
            while (true)
            {
                var next = each.MoveNextAsync().AsTask();
                while (!next.IsCompleted)
                {
                    // The heartbeat's timer goes with it, and not only when it rings.
                    using var rested = CancellationTokenSource.CreateLinkedTokenSource(both.Token);
                    if (await Task.WhenAny(next, Task.Delay(ConsensusWire.Heartbeat, rested.Token)) != next)
                        await WriteAsync(Alive);
                    await rested.CancelAsync();
                }

                await next;
                await WriteAsync([.. JsonSerializer.SerializeToUtf8Bytes(new WatchLine(each.Current), ConsensusJson.Default.WatchLine), .. Newline]);
            }
        }

        async Task WriteAsync(byte[] line)
        {
            await context.Response.Body.WriteAsync(line, both.Token);
            await context.Response.Body.FlushAsync(both.Token);
        }
    }

    private Task HealthAsync(HttpContext context, string path)
    {
        var well = path == "/health/live" || !store.Broken.IsCompleted;
        context.Response.StatusCode = well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(well ? "ok\n" : "its disk fails\n", context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new RefusalAnswer(message), ConsensusJson.Default.RefusalAnswer), context.RequestAborted).AsTask();
    }
}
