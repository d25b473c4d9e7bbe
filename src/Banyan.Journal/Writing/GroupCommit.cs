using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>Commits several changes in one transaction and one round trip: all of them, or none.</summary>
internal sealed class GroupCommit(NpgsqlDataSource source, string process, IWriteFence fence, Action signal)
{
    // A change that would wait for another's lock must not hold up those that it shares the transaction with: after this
    // time the group is undone, and the change goes on by itself.
    private const string LimitWaiting = "SELECT set_config('lock_timeout', '50ms', true)";

    /// <summary>Commits the group; all are done when this returns null.</summary>
    /// <returns>
    /// Null, or why the group was undone, for certain and as a whole: the changes can be tried again in other company.
    /// </returns>
    /// <exception cref="FencedException">The fence did not hold before the commit, or no longer after it.</exception>
    /// <exception cref="NpgsqlException">The connection broke: whether the group was committed is not known.</exception>
    public async Task<GroupFailure?> RunAsync(IReadOnlyList<PendingChange> group, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        FencedException.ThrowIfNot(fence);
        await using var batch = new NpgsqlBatch(connection);
        var owners = Fill(batch, group);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            FencedException.ThrowIfNot(fence);
            return null;
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
        catch (PostgresException e) when (connection.State == System.Data.ConnectionState.Open)
        {
            // The server said so, and is ready for the next statement: the transaction is gone.
            var index = e.BatchCommand is null ? -1 : batch.BatchCommands.IndexOf(e.BatchCommand);
            return new GroupFailure(index < 0 ? null : owners[index], e);
        }
        finally
        {
            signal();
        }
    }

    // As for a change alone: records and rows first, every event after all row locks.
    private List<PendingChange?> Fill(NpgsqlBatch batch, IReadOnlyList<PendingChange> group)
    {
        var owners = new List<PendingChange?>();
        var events = new List<JournalEvent>();
        Add(new NpgsqlBatchCommand(LimitWaiting), null);
        foreach (var pending in group)
        {
            if (pending.Change.Key is { } key)
                Add(IdempotencyRecords.CreateInsert(key, pending.Change.Answer, pending.Receipts), pending);
            foreach (var statement in pending.Change.Statements)
                Add(Statements.Copy(statement), pending);
            events.AddRange(pending.Change.Events);
        }

        Add(InboxCommands.Create(events, process, fence.Epoch), null);
        return owners;

        void Add(NpgsqlBatchCommand command, PendingChange? owner)
        {
            batch.BatchCommands.Add(command);
            owners.Add(owner);
        }
    }
}

/// <summary>Why a group was undone.</summary>
/// <param name="Culprit">The change whose statement failed; null where it can't be told.</param>
/// <param name="Error">What the server said.</param>
internal sealed record GroupFailure(PendingChange? Culprit, PostgresException Error);
