using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Decides what an Update or Cancel ends. Pure: the rows that it is given are locked.</summary>
internal static class Supersession
{
    /// <summary>
    /// The messages that it ends, or why it is refused. A message is ended once: whoever comes second must refer to the
    /// message that came first. Exercises and the like end only messages of their own kind, and may refer to anything.
    /// </summary>
    /// <param name="alert">An Update or Cancel.</param>
    /// <param name="found">Every stored message that it refers to.</param>
    public static (IReadOnlyList<EarlierAlert> Ends, Refusal? Refusal) Decide(CapAlert alert, IReadOnlyList<EarlierAlert> found)
    {
        if (alert.References.FirstOrDefault(r => r.Sender != alert.Sender) is { } foreign)
            return ([], Refusal.OtherSender(foreign));
        var own = found.Where(e => e.Status == alert.Status && e.Scope == alert.Scope).ToList();
        var unknown = alert.References.Where(r => !own.Exists(e => e.Identifier == r.Identifier && e.Sent == r.Sent.Instant)).Select(static r => r.ToString()).ToList();
        if (alert.Status == CapStatus.Actual && unknown.Count > 0)
            return ([], Refusal.UnknownReferences(unknown));
        var open = own.FindAll(static e => e.State is AlertState.Active or AlertState.Expired);
        if (own.Find(e => e.State == AlertState.Superseded && !own.Exists(o => o.Id == e.SupersededBy)) is { } old)
            return ([], Refusal.Superseded(old));
        if (own.Find(static e => e.State == AlertState.Cancelled) is { } cancelled)
            return ([], Refusal.Ended(cancelled));
        return own.Count > 0 && open.Count == 0 ? ([], Refusal.Ended(own[^1])) : (open, null);
    }
}
