using System.IO.Pipelines;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Reach;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Banyan.Services.Disaster.Streaming;

/// <summary><c>GET /disaster/v1/stream</c>: the changes of alerts as they happen, as server-sent events.</summary>
internal sealed class StreamEndpoint(StreamHub hub, IJournal journal, TimeProvider time)
{
    private const int PageSize = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Preamble = StreamFrame.Preamble(TimeSpan.FromSeconds(2));
    private static readonly HashSet<string> Topics = [DisasterTopics.Alerts];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/disaster/v1/stream", ServeAsync).AsStream().Describe(DisasterService.ServiceName, "Alerts as they come, for a point or an area (Server-Sent Events; resumes by Last-Event-ID)", 200, "text/event-stream", 422, 503).OpenToAll()
        .TakesQuery(QueryInterest.Parameters).TakesQuery(new QueryParameter("last_event_id", QueryType.Text) { Pattern = new TextPattern("[0-9]+(?:-[0-9]+)?", "an id that this stream gave, such as 4711-1") });

    private async Task ServeAsync(HttpContext context)
    {
        var interest = QueryInterest.Read(context.Request.Query);
        StreamPosition? after = null;
        var given = context.Request.Headers["Last-Event-ID"] is { Count: 1 } header ? header.ToString() : context.Request.Query["last_event_id"].ToString();
        if (given.Length > 0)
        {
            if (StreamPosition.TryParse(given, out var position))
                after = position;
            else
                interest.Problems.Add("Last-Event-ID is not one that this stream gave, such as 4711-1. Leave it out to begin now.");
        }

        if (interest.Problems.Count > 0)
        {
            await QueryInterest.Refuse(interest.Problems).ExecuteAsync(context);
            return;
        }

        if (!hub.TryReserve())
        {
            context.Response.Headers.RetryAfter = "10";
            await Problem.Create(StatusCodes.Status503ServiceUnavailable, "stream-full", "Too many subscribers", "This cell holds as many streams as it may. Try again, or poll /disaster/v1/alerts.").ExecuteAsync(context);
            return;
        }

        try
        {
            await StreamAsync(context, interest.Interest, after);
        }
        finally
        {
            hub.Release();
        }
    }

    private async Task StreamAsync(HttpContext context, Interest interest, StreamPosition? after)
    {
        var (response, cancellation) = (context.Response, context.RequestAborted);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        // Whoever is too slow is dropped by the subscriber's own rule, with a position to resume from.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        var writer = response.BodyWriter;
        await writer.WriteAsync(Preamble, cancellation);

        var subscriber = new Subscriber(writer, interest);
        var lane = hub.NextLane();
        await using var gone = cancellation.UnsafeRegister(static s => ((Subscriber)s!).Close(), subscriber);
        try
        {
            if (after is { } resume)
                after = await CheckAsync(writer, resume, cancellation);
            while (await lane.JoinAsync(subscriber, after) is { Step: not JoinStep.Joined } behind)
                after = behind.Step == JoinStep.TakeMissed ? await WriteMissedAsync(writer, behind, cancellation) : await ReadJournalAsync(writer, interest, after!.Value, cancellation);
            await subscriber.Ended;
        }
        catch (TimeoutException)
        {
            // It does not read what it asked for; it has its last id to come back with.
            context.Abort();
        }
        finally
        {
            subscriber.Close();
            lane.Leave(subscriber);
        }

        if (subscriber.IsStuck)
            context.Abort();
    }

    /// <summary>Where to resume: the position given, or now, after saying so, where what lies between can't be given.</summary>
    private async Task<StreamPosition> CheckAsync(PipeWriter writer, StreamPosition resume, CancellationToken cancellationToken)
    {
        if (resume == hub.Position || hub.IsRecent(resume))
            return resume;
        string? reason = null;
        if (resume.Position + 1 < await journal.GetTailAsync(cancellationToken))
        {
            reason = "too old";
        }
        else if (resume is { Position: > 0, Epoch: > 0 })
        {
            var entries = await journal.ReadAsync(resume.Position - 1, 1, null, cancellationToken);
            if (entries is not [var entry] || StreamPosition.Of(entry) != resume)
                reason = "not a position of this journal";
        }

        if (reason is null)
            return resume;
        var now = hub.Position;
        await WriteAsync(writer, StreamFrame.Reset(reason, now), cancellationToken);
        return now;
    }

    private async Task<StreamPosition> WriteMissedAsync(PipeWriter writer, JoinResult behind, CancellationToken cancellationToken)
    {
        foreach (var frame in behind.Missed)
            await WriteAsync(writer, frame.Bytes, cancellationToken);
        return behind.Position;
    }

    /// <summary>Writes a page of what the journal has after a position; returns the position reached.</summary>
    private async Task<StreamPosition> ReadJournalAsync(PipeWriter writer, Interest interest, StreamPosition after, CancellationToken cancellationToken)
    {
        // Every entry up to here is in the journal by now: where the page is the last one, they have all been looked at.
        var published = hub.Position;
        var entries = await journal.ReadAsync(after.Position, PageSize, Topics, cancellationToken);
        foreach (var entry in entries)
        {
            var frame = StreamFrame.Of(AlertChange.Read(entry), time.GetTimestamp());
            if (interest.Matches(frame.Reach!))
                await WriteAsync(writer, frame.Bytes, cancellationToken);
            after = frame.Position;
        }

        return entries.Count < PageSize && published.Position > after.Position ? published : after;
    }

    private async ValueTask WriteAsync(PipeWriter writer, byte[] bytes, CancellationToken cancellationToken)
    {
        var write = writer.WriteAsync(bytes, cancellationToken);
        if (write.IsCompletedSuccessfully)
            _ = write.Result;
        else
            await write.AsTask().WaitAsync(Patience, time, cancellationToken);
    }
}
