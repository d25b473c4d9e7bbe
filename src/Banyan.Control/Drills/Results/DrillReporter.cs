using System.Globalization;
using Banyan.Control.Drills.Watching;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>Puts a drill's result together. Pure.</summary>
internal static class DrillReporter
{
    public static DrillResult Report(DrillMeasures measured, DrillRun run, string broke, DateTimeOffset startedAt, PlatformState platform, (long Holds, long Replays) doors, IReadOnlyList<string> notes)
    {
        var broken = measured.Broken;
        var (detected, decided, promoted) = (run.Timeline.First("suspected"), run.Timeline.First("decided"), run.Timeline.First("promoted"));
        var objectives = DrillJudge.Judge(measured, platform.Objectives);
        var load = measured.Load;
        return new DrillResult
        {
            Scenario = measured.Scenario.Name,
            Region = run.Options.Region,
            Broke = broke,
            Platform = platform.Platform,
            StartedAt = startedAt,
            Replication = measured.Synchronous ? "synchronous" : "asynchronous",
            Timeline = run.Timeline.Read(),
            DetectMs = Between(broken, detected),
            DecideMs = detected is { } d && decided >= d ? Between(d, decided) : Between(broken, decided),
            ApproveMs = detected is { } seen && run.Timeline.Last("approved") is { } approved && approved >= seen ? Between(seen, approved) : null,
            Consent = Consent(run, detected ?? broken),
            PromoteMs = decided is { } e && promoted >= e ? Between(e, promoted) : null,
            RtoMs = Milliseconds(DrillJudge.Rto(measured)),
            RpoMs = Milliseconds(DrillJudge.Rpo(measured)),
            Changes = new DrillChanges(measured.Ledger.Acknowledged, measured.Ledger.Lost, measured.Ledger.Duplicated, measured.Ledger.Reordered, load.StaleReads),
            Requests = new DrillRequests(load.Requests, doors.Holds, doors.Replays, load.FailedSafe + load.FailedPlain, load.FailedSafe, Milliseconds(load.LongestWait)),
            Events = new DrillEvents(measured.MissedEvents, run.Load.Subscriber.Repeated, run.Load.Subscriber.Connections),
            Objectives = objectives,
            Passed = objectives.All(static o => o.Held),
            Notes =
            [
                .. notes,
                .. run.Consent is { Waited: true } consent && decided is null
                    ? [$"the partition waited for the consent of {string.Join(", ", consent.Roles)}, and did not move: nobody gave it while it was broken"] : Array.Empty<string>(),
                .. DrillJudge.Home(measured) is { } home ? [$"bringing it home in order took {DrillJudge.Text(home)} without changes"] : Array.Empty<string>(),
                .. measured.Ledger.Problems,
                .. load.Failures.GroupBy(static f => (f.Safe, f.What)).OrderByDescending(static g => g.Count())
                    .Select(static g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {(g.Key.Safe ? "repeatable requests" : "changes without a key")} failed: {g.Key.What}")).Take(10),
            ],
        };
    }

    /// <summary>What is seen of the chain is seen by asking: a step that was seen after what it led to came before that.</summary>
    private static DrillConsent? Consent(DrillRun run, TimeSpan detected)
    {
        if (run.Consent?.Last is not { Request: var request, Organisations: var organisations } || run.Timeline.First(ConsentWatcher.Requested) is not { } requested)
            return null;
        var carried = run.Timeline.Last("approved");
        var complete = Earlier(run.Timeline.First(ConsentWatcher.Complete), carried);
        requested = Earlier(requested, complete)!.Value;
        return new DrillConsent(
            request.Id, request.Approvals, request.Needed, organisations,
            Milliseconds(requested > detected ? requested - detected : TimeSpan.Zero), Between(requested, complete), complete is { } end ? Between(end, carried) : null);

        static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null ? other : other < one ? other : one;
    }

    private static long? Between(TimeSpan from, TimeSpan? to) => to is { } end ? Milliseconds(end - from) : null;

    private static long Milliseconds(TimeSpan time) => time == TimeSpan.MaxValue ? long.MaxValue : (long)Math.Round(time.TotalMilliseconds);
}
