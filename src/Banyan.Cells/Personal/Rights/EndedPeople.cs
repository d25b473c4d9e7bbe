using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Access.Tokens;
using Banyan.Journal;
using Banyan.Journal.Following;
using Npgsql;

namespace Banyan.Cells.Personal.Rights;

/// <summary>
/// Ends the tokens of persons who were deleted, in every region: it follows the journal, and tells the platform's directory,
/// which every cell follows. Told until it was; what a process before this one, or another region, has not told, is told now.
/// </summary>
/// <param name="following">How the journal is followed.</param>
/// <param name="publisher">The directory.</param>
/// <param name="time">The clock.</param>
internal sealed class EndedPeople(JournalFollowing following, IAccessPublisher publisher, TimeProvider time) : JournalFollower(following)
{
    private static readonly HashSet<string> Rights = [PersonalTopics.Rights];

    public override string Name => "personal.ended";

    protected override IReadOnlySet<string> Topics => Rights;

    protected override async Task HandleAsync(IReadOnlyList<JournalEntry> entries, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            // No token lives longer: of one that was deleted before, there is none.
            if (entry is { Type: PersonalTopics.Deleted, Subject: { Length: > 0 } subject } && AccessKeys.IsName(subject)
                && entry.RecordedAt + TokenRules.LongestLife is var over && over > time.GetUtcNow())
            {
                await publisher.EndSessionAsync(subject, over, cancellationToken);
            }
        }
    }
}
