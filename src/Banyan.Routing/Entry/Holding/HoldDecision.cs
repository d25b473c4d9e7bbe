namespace Banyan.Routing.Entry.Holding;

/// <summary>What becomes of a request whose region does not serve.</summary>
internal enum HoldVerdict
{
    /// <summary>It is sent.</summary>
    Send,

    /// <summary>It waits.</summary>
    Hold,

    /// <summary>It is neither safe nor does it carry a key.</summary>
    NotRepeatable,

    /// <summary>Its body is larger than one that is kept.</summary>
    BodyTooLarge,

    /// <summary>It has waited as long as one may.</summary>
    Waited,

    /// <summary>So long without serving that waiting is no use.</summary>
    Hopeless,

    /// <summary>As many wait as may, or their bodies fill what there is.</summary>
    Full,
}

/// <summary>Facts of a decision to hold.</summary>
/// <param name="Traits">What the request is.</param>
/// <param name="Availability">Of its region.</param>
/// <param name="Since">How long the region does not serve.</param>
/// <param name="Waited">How long the request has waited.</param>
/// <param name="Verify">It failed just now where it was sent: it waits for the next probe whatever is known.</param>
internal readonly record struct HoldFacts(RequestTraits Traits, RegionAvailability Availability, TimeSpan Since, TimeSpan Waited, bool Verify);

/// <summary>Whether a request waits for its region. Pure; what is counted (requests, bytes) is asked of <see cref="HoldBook"/> afterwards.</summary>
internal static class HoldDecision
{
    public static HoldVerdict Make(in HoldFacts facts, EntryOptions options)
    {
        var (traits, availability) = (facts.Traits, facts.Availability);
        if (!facts.Verify && (availability == RegionAvailability.Serving || (availability == RegionAvailability.Suspected && !traits.Repeatable)))
            return HoldVerdict.Send;
        if (!traits.Repeatable)
            return HoldVerdict.NotRepeatable;
        if (facts.Waited >= options.HoldTime)
            return HoldVerdict.Waited;
        if (availability is RegionAvailability.Down or RegionAvailability.Moving && facts.Since >= options.HoldTime)
            return HoldVerdict.Hopeless;
        return traits.BytesToKeep(options) > options.MaxKeptBody ? HoldVerdict.BodyTooLarge : HoldVerdict.Hold;
    }
}
