namespace Banyan.Journal;

/// <summary>What a follower gets in one step.</summary>
/// <param name="Entries">In order; of the topics asked for. May be empty.</param>
/// <param name="Through">Every entry up to this position has been looked at: the position to go on from.</param>
public sealed record JournalPage(IReadOnlyList<JournalEntry> Entries, long Through);
