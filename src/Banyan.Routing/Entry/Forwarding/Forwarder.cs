using Banyan.Routing.Entry.Forwarding.Direct;
using Banyan.Routing.Entry.Holding;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// Brings a request to its region's cell and the answer back: waits where the region does not serve, and sends again what
/// may be. This is the one layer that does so. Never throws for what a client or a cell does. Thread-safe.
/// </summary>
internal sealed partial class Forwarder(Sender sender, DirectSender direct, HoldGate gate, HoldBook holds, EntryState state, EntryPulses pulses, EntryOptions options, EntryMetrics metrics, TimeProvider time, ILogger<Forwarder> log)
{
    /// <param name="target">Path and query, as they go on the wire.</param>
    /// <returns>Whether it failed by the region's fault: an answer of 500 and more, or one that broke off.</returns>
    public async Task<bool> ForwardAsync(HttpContext context, string region, string target)
    {
        var exchange = new Exchange(context, region, target, holds, options);
        var count = metrics.Of(region);
        count.Begin();
        try
        {
            var verify = false;
            while (await gate.PassAsync(exchange, verify) is { } where)
            {
                if (exchange.Sends > 0 && !MayRepeat(exchange, where, count))
                {
                    await ProblemOfAsync(exchange, where, exchange.InDoubt ? ReplayVerdict.Unknown : ReplayVerdict.NotDone);
                    return HasFailed(exchange);
                }

                exchange.Sends++;
                exchange.Turn = where.Turn;
                exchange.TryKeepBody(); // where there is no memory it is sent all the same, once
                var end = await SendAsync(exchange, where, count);
                if (end == SendEnd.Answered)
                {
                    if (exchange.CellStoodAside)
                        News(exchange, where, SendEnd.StoodAside);
                    return HasFailed(exchange);
                }

                count.Failed();
                News(exchange, where, Tripped(exchange.Cell!, end) ? SendEnd.Unreachable : end);
                exchange.InDoubt |= end != SendEnd.Unreachable;
                exchange.Broken += end is SendEnd.Broke ? 1 : 0;
                var verdict = ReplayDecision.Make(new ReplayFacts(end, exchange.Traits.Repeatable, exchange.BodyKept, exchange.Broken), options);
                if (verdict != ReplayVerdict.Replay)
                {
                    await ProblemOfAsync(exchange, where, verdict);
                    return HasFailed(exchange);
                }

                verify = true;
            }

            return HasFailed(exchange);
        }
        finally
        {
            exchange.End();
            count.End();
        }
    }

    private static bool HasFailed(Exchange exchange) => exchange.BrokenOff || exchange.Context.Response.StatusCode >= StatusCodes.Status500InternalServerError;

    private async ValueTask<SendEnd> SendAsync(Exchange exchange, EntryRegion where, RegionCount count)
    {
        var cell = CellChoice.Pick(where.Route!.Cells, Random.Shared);
        exchange.Cell = cell;
        cell.Begin();
        try
        {
            return DirectSender.Suits(exchange, cell) ? await direct.SendAsync(exchange, where, cell, count) : await sender.SendAsync(exchange, where, cell, count);
        }
        finally
        {
            cell.End();
        }
    }

    /// <summary>Sent again while its region went on serving, it costs budget; a partition that moves costs none.</summary>
    private static bool MayRepeat(Exchange exchange, EntryRegion where, RegionCount count)
    {
        if (where.Turn == exchange.Turn && !count.Budget.TryTake(count.Requests))
            return false;
        count.Replay();
        return true;
    }

    private bool Tripped(CellAddress cell, SendEnd end)
    {
        if (end is not (SendEnd.Broke or SendEnd.Silent) || !cell.Breaker.Failed(time))
            return false;
        LogTripped(cell.Address, CellBreaker.OpensAfter);
        return true;
    }

    /// <summary>What a request met is news for all: the cell is asked at once, and until it was, requests wait.</summary>
    private void News(Exchange exchange, EntryRegion where, SendEnd end)
    {
        var found = end switch
        {
            SendEnd.Unreachable => RegionAvailability.Down,
            SendEnd.StoodAside => RegionAvailability.Moving,
            _ => (RegionAvailability?)null,
        };
        if (found is null)
            return;
        exchange.Cell!.Aside = true; // others of the region, if it has any, are tried first
        if (where.Route!.Cells.Any(static c => !c.Aside))
        {
            pulses.Of(where.Name).Ring();
            return;
        }

        // What was sent in an earlier turn says nothing about this one.
        var (before, after) = state.Note(where.Name, where.Route.Life, found.Value, where.Turn);
        if (before.Availability == after.Availability)
            return;
        pulses.Of(where.Name).Ring();
        LogNews(where.Name, before.Availability, after.Availability, end);
    }

    private Task ProblemOfAsync(Exchange exchange, EntryRegion region, ReplayVerdict verdict)
    {
        var context = exchange.Context;
        if (context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask; // nobody listens any more
        return verdict switch
        {
            ReplayVerdict.NotDone => EntryProblem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "region-unreachable", "Region can not be reached",
                $"Region \"{region.Name}\" does not take requests. This one was not carried out; try again.", 1),
            ReplayVerdict.TimedOut => EntryProblem.WriteAsync(context, StatusCodes.Status504GatewayTimeout, "region-silent", "Region did not answer in time",
                $"Region \"{region.Name}\" did not begin to answer in {options.AnswerTimeout.TotalSeconds:0.###} s. The request may have been carried out; a repeat with the same Idempotency-Key does the work once."),
            ReplayVerdict.BadBody => EntryProblem.WriteAsync(context, exchange.BadBodyStatus, "bad-request-body", "Request body not readable", "The request's body ended early or is not well formed."),
            _ => EntryProblem.WriteAsync(context, StatusCodes.Status502BadGateway, "region-broke-off", "Region broke off",
                $"Region \"{region.Name}\" broke off before it answered, or its answer is not valid HTTP. The request may have been carried out; a repeat with the same Idempotency-Key does the work once."),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} gets no requests for a while: {Count} in a row broke off")]
    private partial void LogTripped(string address, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Region {Region}: {Before} -> {After}, by a request: {End}")]
    private partial void LogNews(string region, RegionAvailability before, RegionAvailability after, SendEnd end);
}
