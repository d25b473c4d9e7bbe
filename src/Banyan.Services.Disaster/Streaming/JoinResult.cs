namespace Banyan.Services.Disaster.Streaming;

/// <summary>What a newcomer has to do.</summary>
/// <param name="Step">See there.</param>
/// <param name="Position">The last position that the lane has given out.</param>
/// <param name="Missed">For <see cref="JoinStep.TakeMissed"/>: the frames up to that position.</param>
internal sealed record JoinResult(JoinStep Step, StreamPosition Position, IReadOnlyList<StreamFrame> Missed);

internal enum JoinStep
{
    /// <summary>Nothing: it follows.</summary>
    Joined,

    /// <summary>Write what it missed, and join again from there.</summary>
    TakeMissed,

    /// <summary>Frames that it missed are not kept any more: read them from the journal, and join again from there.</summary>
    ReadJournal,
}
