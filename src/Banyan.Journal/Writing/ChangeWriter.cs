using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>Commits changes. Thread-safe.</summary>
internal sealed class ChangeWriter(NpgsqlDataSource source, Action signal, JournalMetrics metrics)
{
    // A key is found in use and then gone only where its record expired in between.
    private const int MaxAttempts = 3;

    public async Task<ChangeOutcome> CommitAsync(Change change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        IdempotencyRecords.Check(change.Key, change.Answer);
        if (change.Events.Count == 0)
            throw new ArgumentException("A change has at least one journal event.", nameof(change));
        var inbox = InboxCommands.Create(change.Events);
        var receipts = Receipts(change.Events);
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            try
            {
                await SendAsync(connection, change, inbox, receipts, cancellationToken);
                var outcome = new ChangeOutcome(ChangeResult.Committed, change.Answer, receipts);
                metrics.Changed(outcome.Result);
                return outcome;
            }
            catch (PostgresException e) when (change.Key is not null && IdempotencyRecords.IsKeyInUse(e))
            {
                if (await IdempotencyRecords.ReadAsync(connection, change.Key, cancellationToken) is { } outcome)
                {
                    metrics.Changed(outcome.Result);
                    return outcome;
                }

                if (attempt == MaxAttempts)
                    throw;
            }
        }
    }

    public async Task<ChangeSession> BeginAsync(IdempotencyKey? key, CancellationToken cancellationToken)
    {
        IdempotencyRecords.Check(key, answer: null);
        for (var attempt = 1; ; attempt++)
        {
            var connection = await source.OpenConnectionAsync(cancellationToken);
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (key is null || await OpenAsync(connection, key, cancellationToken))
                {
                    var session = new PostgresChangeSession(connection, transaction, key, signal, metrics);
                    connection = null;
                    return session;
                }

                if (await IdempotencyRecords.ReadAsync(connection, key, cancellationToken) is { } outcome)
                {
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

    public static async Task AppendAsync(NpgsqlTransaction transaction, JournalEvent one, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction) { BatchCommands = { InboxCommands.Create([one]) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static Guid[] Receipts(IReadOnlyList<JournalEvent> events)
    {
        var receipts = new Guid[events.Count];
        for (var i = 0; i < receipts.Length; i++)
            receipts[i] = events[i].Id;
        return receipts;
    }

    // One batch without error barriers is one implicit transaction: the commit needs no round trip of its own. The
    // record comes first, so that a repeat waits or fails before it does any work; the events come last, so that
    // their order is that in which changes took turns at a row.
    private async Task SendAsync(NpgsqlConnection connection, Change change, NpgsqlBatchCommand inbox, Guid[] receipts, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (change.Key is not null)
            batch.BatchCommands.Add(IdempotencyRecords.CreateInsert(change.Key, change.Answer, receipts));
        foreach (var statement in change.Statements)
            batch.BatchCommands.Add(statement);
        batch.BatchCommands.Add(inbox);
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

    private static async Task<bool> OpenAsync(NpgsqlConnection connection, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = IdempotencyRecords.CreateOpen(key, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
