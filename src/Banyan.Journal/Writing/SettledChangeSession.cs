using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>A change that was made before: nothing is left to do, and no connection is held.</summary>
internal sealed class SettledChangeSession(ChangeOutcome outcome) : ChangeSession
{
    public override ChangeOutcome? Settled => outcome;

    public override NpgsqlTransaction Transaction => throw Misuse();

    public override void Append(JournalEvent journalEvent) => throw Misuse();

    public override Task<ChangeOutcome> CommitAsync(StoredAnswer answer, CancellationToken cancellationToken) => throw Misuse();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException Misuse() => new("This change is settled: give the answer in Settled, do no work.");
}
