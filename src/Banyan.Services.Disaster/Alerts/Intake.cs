using Banyan.Journal;
using Banyan.Services.Disaster.Cap;
using Npgsql;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Takes messages: checks them, decides what they end, and commits them with their journal entry. Thread-safe.</summary>
internal sealed class Intake(IJournal journal, NpgsqlDataSource database, DisasterSettings settings, AlertIds ids, TimeProvider time, DisasterMetrics metrics)
{
    private const string SelectKnown = "SELECT id, digest, state FROM disaster.alerts WHERE sender = $1 AND identifier = $2 AND sent = $3";

    /// <summary>Takes one message, durable when it returns an outcome.</summary>
    public async Task<IntakeResult> TakeAsync(byte[] cap, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var reading = CapReader.Read(cap);
        if (reading.Alert is null)
            return new IntakeResult(Refusal.Invalid(reading));
        var record = AlertRecord.Create(ids.Next(), reading.Alert, cap, time.GetUtcNow(), settings.DefaultLifetime);
        try
        {
            var result = record.Supersedes
                ? await SupersedeAsync(record, reading, key, cancellationToken)
                : await AddAsync(record, reading, key, cancellationToken);
            if (result.Outcome is { Result: ChangeResult.Committed })
                metrics.Taken(record);
            return result;
        }
        catch (PostgresException e) when (AlertStatements.IsKnown(e))
        {
            return await FindKnownAsync(record, reading, cancellationToken);
        }
    }

    /// <summary>All is known beforehand: one round trip.</summary>
    private async Task<IntakeResult> AddAsync(AlertRecord record, CapReading reading, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        record = record.WithDocument([]);
        var accepted = AlertEvents.Accepted(record, []);
        if (accepted.Data.Length > JournalEvent.MaxDataLength)
            return new IntakeResult(Refusal.TooLarge(accepted.Data.Length));
        return new IntakeResult(await journal.CommitAsync(
            new Change
            {
                Key = key,
                Answer = IntakeAnswer.Create(201, record, [], reading),
                Statements = AlertStatements.Insert(record),
                Events = [accepted],
            },
            cancellationToken));
    }

    private async Task<IntakeResult> SupersedeAsync(AlertRecord record, CapReading reading, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key, cancellationToken);
        if (session.Settled is { } settled)
            return new IntakeResult(settled);
        var found = await AlertStatements.LockEarlierAsync(session.Transaction, record.Alert.References, cancellationToken);
        // The lock may have been waited for while the same message was stored.
        var (ends, refusal) = Supersession.Decide(record.Alert, found);
        if (refusal is not null)
            return await IsKnownAsync(record, session.Transaction, cancellationToken) ? await FindKnownAsync(record, reading, cancellationToken) : new IntakeResult(refusal);

        record = record.WithDocument(ends);
        var accepted = AlertEvents.Accepted(record, ends);
        if (accepted.Data.Length > JournalEvent.MaxDataLength)
            return new IntakeResult(Refusal.TooLarge(accepted.Data.Length));
        var state = record.Alert.MessageType == CapMessageType.Cancel ? AlertState.Cancelled : AlertState.Superseded;
        await AlertStatements.ExecuteAsync(session.Transaction, [.. AlertStatements.Insert(record), AlertStatements.Supersede([.. ends.Select(static e => e.Id)], state, record.Id)], cancellationToken);
        session.Append(accepted);
        return new IntakeResult(await session.CommitAsync(IntakeAnswer.Create(201, record, ends, reading), cancellationToken));
    }

    private static async Task<bool> IsKnownAsync(AlertRecord record, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectKnown, transaction.Connection, transaction);
        AddName(command, record);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>The same bytes again are the same message; others with its name are refused.</summary>
    private async Task<IntakeResult> FindKnownAsync(AlertRecord record, CapReading reading, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectKnown);
        AddName(command, record);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var id = reader.GetGuid(0);
        if (!reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(record.Digest))
            return new IntakeResult(Refusal.Known(id));
        var known = record with { Id = id, State = AlertStates.Parse(reader.GetString(2)) };
        return new IntakeResult(new ChangeOutcome(ChangeResult.Replayed, IntakeAnswer.Create(200, known, [], reading), [id]));
    }

    private static void AddName(NpgsqlCommand command, AlertRecord record)
    {
        command.Parameters.Add(AlertStatements.Text(record.Alert.Sender));
        command.Parameters.Add(AlertStatements.Text(record.Alert.Identifier));
        command.Parameters.Add(AlertStatements.Time(record.Alert.Sent.Instant));
    }
}

/// <summary>What became of a message: an outcome to answer with, or a refusal.</summary>
internal sealed record IntakeResult
{
    public IntakeResult(ChangeOutcome outcome) => Outcome = outcome;

    public IntakeResult(Refusal refusal) => Refusal = refusal;

    public ChangeOutcome? Outcome { get; }

    public Refusal? Refusal { get; }
}
