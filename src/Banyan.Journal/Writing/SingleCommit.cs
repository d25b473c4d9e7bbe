using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>Commits one change in a transaction of its own. Thread-safe.</summary>
internal sealed class SingleCommit(NpgsqlDataSource source, string process, IWriteFence fence, Action signal)
{
    // A key is found in use and then gone only where its record expired in between.
    private const int MaxAttempts = 3;

    public async Task<ChangeOutcome> RunAsync(Change change, Guid[] receipts, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            FencedException.ThrowIfNot(fence);
            try
            {
                await SendAsync(connection, change, receipts, cancellationToken);
                FencedException.ThrowIfNot(fence);
                return new ChangeOutcome(ChangeResult.Committed, change.Answer, receipts);
            }
            catch (PostgresException e) when (change.Key is not null && IdempotencyRecords.IsKeyInUse(e))
            {
                if (await IdempotencyRecords.ReadAsync(connection, change.Key, cancellationToken) is { } outcome)
                {
                    FencedException.ThrowIfNot(fence); // what an old primary remembers may never have come to the new one
                    return outcome;
                }

                if (attempt == MaxAttempts)
                    throw;
            }
            catch (PostgresException e) when (FencedException.IsRefusal(e))
            {
                throw FencedException.Of(e);
            }
        }
    }

    // One batch without error barriers is one implicit transaction: the commit needs no round trip of its own. The
    // record comes first, so that a repeat waits or fails before it does any work; the events come last, so that
    // their order is that in which changes took turns at a row.
    private async Task SendAsync(NpgsqlConnection connection, Change change, Guid[] receipts, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (change.Key is not null)
            batch.BatchCommands.Add(IdempotencyRecords.CreateInsert(change.Key, change.Answer, receipts));
        foreach (var statement in change.Statements)
            batch.BatchCommands.Add(Statements.Copy(statement));
        batch.BatchCommands.Add(InboxCommands.Create(change.Events, process, fence.Epoch));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            // Also after an error: a lost connection or a cancellation does not say whether the server committed.
            signal();
        }
    }
}
