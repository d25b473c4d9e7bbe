using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>A change with work to do: owns a connection and a transaction.</summary>
internal sealed class PostgresChangeSession(
    NpgsqlConnection connection, NpgsqlTransaction transaction, IdempotencyKey? key, string process, IWriteFence fence, Action signal, JournalMetrics metrics) : ChangeSession
{
    private readonly List<JournalEvent> _events = [];
    private bool _closed;

    public override ChangeOutcome? Settled => null;

    public override NpgsqlTransaction Transaction => transaction;

    public override void Append(JournalEvent journalEvent)
    {
        EventRules.Check(journalEvent);
        _events.Add(journalEvent);
    }

    public override async Task<ChangeOutcome> CommitAsync(StoredAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ObjectDisposedException.ThrowIf(_closed, this);
        IdempotencyRecords.Check(key, answer);
        var receipts = ChangeWriter.Receipts(_events);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (key is not null)
            batch.BatchCommands.Add(IdempotencyRecords.CreateFinish(key, answer, receipts));
        batch.BatchCommands.Add(_events.Count > 0 ? InboxCommands.Create(_events, process, fence.Epoch) : InboxCommands.CreateAssertion(fence.Epoch));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        FencedException.ThrowIfNot(fence);
        try
        {
            // An error before COMMIT makes the server skip it: either all of the batch happens, or none.
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
        finally
        {
            signal();
        }

        await DisposeAsync();
        FencedException.ThrowIfNot(fence);
        metrics.Changed(ChangeResult.Committed);
        return new ChangeOutcome(ChangeResult.Committed, answer, receipts);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
