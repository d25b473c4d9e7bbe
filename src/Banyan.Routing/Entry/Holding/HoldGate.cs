using Banyan.Routing.Entry.Forwarding;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Holding;

/// <summary>Lets a request pass when its region serves, holds it until then, or refuses it. Thread-safe.</summary>
internal sealed class HoldGate(EntryState state, EntryPulses pulses, HoldBook holds, EntryOptions options, EntryMetrics metrics, TimeProvider time)
{
    private const int RetrySoon = 1;
    private const int RetryWhenDown = 5;

    /// <summary>The region to send to; null where the request was refused, or its client is gone.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="verify">It failed just now where it was sent: it waits until a cell was found ready after that.</param>
    public async ValueTask<EntryRegion?> PassAsync(Exchange exchange, bool verify)
    {
        if (!verify && state.Current.Find(exchange.Region) is { Availability: RegionAvailability.Serving } serving)
            return serving; // as nearly always
        var queue = holds.Of(exchange.Region);
        while (true)
        {
            var found = queue.Found;
            var region = state.Current.Find(exchange.Region)!;
            var again = verify && region.Turn == exchange.Turn;
            var waited = exchange.WaitsSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
            var facts = new HoldFacts(exchange.Traits, region.Availability, time.GetElapsedTime(region.Since), waited, again);
            var verdict = HoldDecision.Make(facts, options);
            if (verdict == HoldVerdict.Send)
                return region;
            if (verdict != HoldVerdict.Hold || !exchange.TryKeepBody() || !holds.TryEnter())
            {
                await RefuseAsync(exchange, region, verdict == HoldVerdict.Hold ? HoldVerdict.Full : verdict);
                return null;
            }

            exchange.WaitsSince ??= time.GetTimestamp();
            if (!await WaitAsync(exchange, queue.Enter(found), again, options.HoldTime - waited) && exchange.Context.RequestAborted.IsCancellationRequested)
                return null;
            verify = false;
        }
    }

    private async Task<bool> WaitAsync(Exchange exchange, HeldRequest held, bool ask, TimeSpan patience)
    {
        var count = metrics.Of(exchange.Region);
        var began = time.GetTimestamp();
        count.Hold();
        try
        {
            if (ask)
                pulses.Of(exchange.Region).Ring();
            exchange.Pass();
            var turn = await held.WaitAsync(patience, time, exchange.Context.RequestAborted);
            if (turn)
                exchange.Held = held;
            return turn;
        }
        finally
        {
            holds.Leave();
            count.Release(time.GetElapsedTime(began));
        }
    }

    private Task RefuseAsync(Exchange exchange, EntryRegion region, HoldVerdict verdict)
    {
        var (code, title, what) = region.Availability switch
        {
            RegionAvailability.Starting => ("region-starting", "Region is starting", "has not answered yet"),
            RegionAvailability.Moving => ("region-moving", "Region's partition is moving", "is being taken over by another cell"),
            RegionAvailability.Down => ("region-down", "Region is down", "takes no requests now"),
            _ => ("region-unreachable", "Region can not be reached", "did not answer just now"),
        };
        var why = verdict switch
        {
            HoldVerdict.NotRepeatable => "A GET, HEAD or OPTIONS, and a change with an Idempotency-Key, would have waited here.",
            HoldVerdict.BodyTooLarge => $"A body of more than {options.MaxKeptBody} bytes does not wait.",
            HoldVerdict.Waited => $"The request has waited {options.HoldTime.TotalSeconds:0.###} s.",
            HoldVerdict.Full => "As many requests wait as can.",
            _ => "Try again later.",
        };
        metrics.Refused();
        metrics.Of(region.Name).Refuse();
        var done = !exchange.InDoubt ? "It was not carried out." : "It may have been carried out; a repeat with the same Idempotency-Key does the work once.";
        return EntryProblem.WriteAsync(exchange.Context, StatusCodes.Status503ServiceUnavailable, code, title, $"Region \"{region.Name}\" {what}. {why} {done}",
            verdict == HoldVerdict.Hopeless ? RetryWhenDown : RetrySoon);
    }
}
