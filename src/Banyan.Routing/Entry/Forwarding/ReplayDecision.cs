namespace Banyan.Routing.Entry.Forwarding;

/// <summary>How one sending of a request ended.</summary>
internal enum SendEnd
{
    /// <summary>The client has its answer, or is gone.</summary>
    Answered,

    /// <summary>No connection: certainly not carried out.</summary>
    Unreachable,

    /// <summary>The cell said itself that it does not serve. One that lost its lease meanwhile may have carried it out, and says so.</summary>
    StoodAside,

    /// <summary>Sent, and the connection broke before an answer began, or the answer is not valid: nobody knows.</summary>
    Broke,

    /// <summary>Sent, no answer, and the route has moved away meanwhile: nobody knows.</summary>
    Left,

    /// <summary>Sent, and no answer began in time, where the route is: nobody knows.</summary>
    Silent,

    /// <summary>The client's body broke.</summary>
    ClientFault,
}

/// <summary>What follows.</summary>
internal enum ReplayVerdict
{
    /// <summary>It waits for its region and is sent again.</summary>
    Replay,

    /// <summary>503: it was not carried out.</summary>
    NotDone,

    /// <summary>502: it may have been.</summary>
    Unknown,

    /// <summary>504: it may have been.</summary>
    TimedOut,

    /// <summary>400.</summary>
    BadBody,
}

/// <summary>Facts of a decision to send again.</summary>
/// <param name="End">How the last sending ended.</param>
/// <param name="Repeatable">The request is safe or carries a key.</param>
/// <param name="BodyKept">What was read of its body is all here.</param>
/// <param name="Broken">How many sendings ended as <see cref="SendEnd.Broke"/>.</param>
internal readonly record struct ReplayFacts(SendEnd End, bool Repeatable, bool BodyKept, int Broken);

/// <summary>Whether a request that failed is sent again. Pure; whether its region serves is asked afterwards, and so is the budget.</summary>
internal static class ReplayDecision
{
    public static ReplayVerdict Make(in ReplayFacts facts, EntryOptions options) => facts.End switch
    {
        SendEnd.ClientFault => ReplayVerdict.BadBody,
        SendEnd.Silent => ReplayVerdict.TimedOut,
        SendEnd.Unreachable => facts is { Repeatable: true, BodyKept: true } ? ReplayVerdict.Replay : ReplayVerdict.NotDone,
        SendEnd.Broke when facts.Broken >= options.MostSends => ReplayVerdict.Unknown,
        _ => facts is { Repeatable: true, BodyKept: true } ? ReplayVerdict.Replay : ReplayVerdict.Unknown,
    };
}
