namespace Banyan.Engines.Credentials.Checking;

/// <summary>What a check goes by. Immutable.</summary>
public sealed record CheckRules
{
    /// <summary>How far two clocks may be apart.</summary>
    public static readonly TimeSpan DefaultSkew = TimeSpan.FromMinutes(2);

    /// <summary>How old a presentation may be.</summary>
    public static readonly TimeSpan DefaultFreshness = TimeSpan.FromMinutes(10);

    /// <summary>Whether a DID is that of an issuer who is believed. Of nobody else anything is fetched.</summary>
    public required Func<string, bool> Believes { get; init; }

    /// <summary>The moment for which it is checked.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How far two clocks may be apart.</summary>
    public TimeSpan Skew { get; init; } = DefaultSkew;

    /// <summary>How old a presentation may be.</summary>
    public TimeSpan Freshness { get; init; } = DefaultFreshness;
}
