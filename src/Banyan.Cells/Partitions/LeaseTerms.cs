namespace Banyan.Cells.Partitions;

/// <summary>
/// By what times a partition's lease is held. Safe as long as the clocks of the holder and of the consensus store run at
/// rates that differ by less than <see cref="Margin"/> in <see cref="TimeToLive"/> (10 %); they need not show the same time.
/// Immutable.
/// </summary>
public sealed record LeaseTerms
{
    /// <summary>The times of a platform.</summary>
    public static readonly LeaseTerms Default = new();

    /// <summary>How long the store keeps a lease that is not renewed. 2 s.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>By so much the holder stops before the store may forget it. 200 ms.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>From the sending of one renewal to the next. 400 ms.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The pause after a renewal that was not answered. 50 ms.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long one renewal may take before another is sent in its place. 500 ms.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long after the lease has run out here renewals are tried still: it may live on in the store. 2 s.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(2);
}
