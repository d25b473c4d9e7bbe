using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>Commits changes. Thread-safe.</summary>
internal sealed class ChangeWriter(NpgsqlDataSource source, JournalOptions options, IWriteFence fence, Action signal, JournalMetrics metrics, TimeProvider time)
{
    // A key is found in use and then gone only where its record expired in between.
    private const int MaxAttempts = 3;
    private readonly CommitLanes _lanes = new(source, options, fence, signal, metrics, time);

    public Task<ChangeOutcome> CommitAsync(Change change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        IdempotencyRecords.Check(change.Key, change.Answer);
        if (change.Events.Count == 0)
            throw new ArgumentException("A change has at least one journal event.", nameof(change));
        foreach (var one in change.Events)
            EventRules.Check(one);
        return _lanes.CommitAsync(change, Receipts(change.Events), cancellationToken);
    }

    public async Task<ChangeSession> BeginAsync(IdempotencyKey? key, CancellationToken cancellationToken)
    {
        IdempotencyRecords.Check(key, answer: null);
        for (var attempt = 1; ; attempt++)
        {
            FencedException.ThrowIfNot(fence);
            var connection = await source.OpenConnectionAsync(cancellationToken);
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (key is null || await OpenAsync(connection, key, cancellationToken))
                {
                    var session = new PostgresChangeSession(connection, transaction, key, options.Process, fence, signal, metrics);
                    connection = null;
                    return session;
                }

                if (await IdempotencyRecords.ReadAsync(connection, key, cancellationToken) is { } outcome)
                {
                    FencedException.ThrowIfNot(fence); // what an old primary remembers may never have come to the new one
                    metrics.Changed(outcome.Result);
                    return new SettledChangeSession(outcome);
                }

                if (attempt == MaxAttempts)
                    throw new InvalidOperationException("The idempotency key is in use and its record can't be found.");
            }
            finally
            {
                if (connection is not null)
                    await connection.DisposeAsync();
            }
        }
    }

    public async Task AppendAsync(NpgsqlTransaction transaction, JournalEvent one, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        EventRules.Check(one);
        FencedException.ThrowIfNot(fence);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction) { BatchCommands = { InboxCommands.Create([one], options.Process, fence.Epoch) } };
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
    }

    public static Guid[] Receipts(IReadOnlyList<JournalEvent> events)
    {
        var receipts = new Guid[events.Count];
        for (var i = 0; i < receipts.Length; i++)
            receipts[i] = events[i].Id;
        return receipts;
    }

    private static async Task<bool> OpenAsync(NpgsqlConnection connection, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = IdempotencyRecords.CreateOpen(key, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
