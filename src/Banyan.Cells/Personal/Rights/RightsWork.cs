using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Peers;
using Banyan.Cells.Personal.Elsewhere;
using Banyan.Cells.Personal.Vault;
using Banyan.Cells.Residency;
using Banyan.Journal;
using Banyan.Journal.Log.Leaves;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Personal.Rights;

/// <summary>Does what persons may ask for, each in one change of the journal: rows, request, entry and answer together. Thread-safe.</summary>
internal sealed class RightsWork(IJournal journal, PersonDeletion deletion, PersonCorrection correction, KeyVault vault, RightsWatch watch, EntryErasure erasure, IPartitionPeers peers, CellContext cell, PersonalSettings settings, TimeProvider time)
{
    /// <summary>A person may have this many requests open that wait for somebody.</summary>
    public const int MostOpen = 10;

    /// <summary>Notes that an export is made; its receipt, and the answer to give where that was done before with the same key.</summary>
    public async Task<ChangeOutcome> BeginExportAsync(Asker asker, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key, cancellationToken);
        if (session.Settled is { } settled)
            return settled;
        var (now, id) = Now();
        await RequestRows.InsertAsync(session.Transaction, id, asker, "export", "done", details: null, now, now + settings.Deadline, cancellationToken);
        await RequestRows.CloseAsync(session.Transaction, asker.Subject, "export", now, cancellationToken);
        session.Append(Event(PersonalTopics.Exported, asker, id));
        return await session.CommitAsync(new StoredAnswer(StatusCodes.Status200OK), cancellationToken);
    }

    /// <summary>Corrects a value; null where the person has no such row.</summary>
    public async Task<ChangeOutcome?> CorrectAsync(Asker asker, TableData table, CorrectableColumn column, string value, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key, cancellationToken);
        if (session.Settled is { } settled)
            return settled;
        if (await correction.CorrectAsync(session.Transaction, asker.Subject, table, column, value, cancellationToken) is var rows && rows == 0)
            return null;
        var (now, id) = Now();
        await RequestRows.InsertAsync(session.Transaction, id, asker, "correction", "done", details: null, now, now + settings.Deadline, cancellationToken);
        await RequestRows.CloseAsync(session.Transaction, asker.Subject, "correction", now, cancellationToken);
        session.Append(Event(PersonalTopics.Corrected, asker, id, json => json.WriteString("field"u8, column.Name)));
        return await session.CommitAsync(Answer(StatusCodes.Status200OK, id, "done", json => json.WriteNumber("rows"u8, rows)), cancellationToken);
    }

    /// <summary>Deletes the person's rows and shreds its key; done when every standby has it, too, and every other partition of the platform.</summary>
    public async Task<ChangeOutcome> DeleteAsync(Asker asker, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        ChangeOutcome outcome;
        await using (var session = await journal.BeginAsync(key, cancellationToken))
        {
            if (session.Settled is { } settled)
                return settled;
            var (now, id) = Now();
            var deleted = await deletion.DeleteAsync(session.Transaction, asker.Subject, cancellationToken);
            await RequestRows.InsertAsync(session.Transaction, id, asker, "deletion", "spreading", details: null, now, now + settings.Deadline, cancellationToken);
            await RequestRows.CloseAsync(session.Transaction, asker.Subject, "deletion", now, cancellationToken);
            if ((PartitionNames.HomeOf(asker.Subject, peers) ?? cell.Partition) == cell.Partition)
            {
                foreach (var partition in peers.Partitions.Where(p => p != cell.Partition))
                    await ElsewhereRows.InsertAsync(session.Transaction, id, partition, receipt: null, answeredAt: null, cancellationToken);
            }

            session.Append(new JournalEvent { Topic = PersonalTopics.Keys, Type = PersonalTopics.KeyShredded, Subject = asker.Subject, Data = "{}" });
            session.Append(Event(PersonalTopics.Deleted, asker, id, json => WriteRows(json, deleted)));
            outcome = await session.CommitAsync(Answer(StatusCodes.Status202Accepted, id, "spreading", json => WriteRows(json, deleted)), cancellationToken);
        }

        Forget(asker.Subject);
        return outcome;
    }

    /// <summary>Deletes what is held here of a person whose home is another partition, which asked for it; once for a request.</summary>
    public async Task DeleteOfAsync(string home, Guid request, string subject, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        await using (var session = await journal.BeginAsync(key: null, cancellationToken))
        {
            var now = time.GetUtcNow();
            var asker = new Asker(subject, new Caller { Kind = CallerKind.Machine, Subject = $"partition:{home}" });
            if (!await RequestRows.TryInsertAsync(session.Transaction, request, asker, "deletion", "spreading", now, dueAt, cancellationToken))
                return; // told twice at once
            var deleted = await deletion.DeleteAsync(session.Transaction, subject, cancellationToken);
            var done = Event(PersonalTopics.Deleted, asker, request, json => WriteRows(json, deleted));
            await ElsewhereRows.InsertAsync(session.Transaction, request, cell.Partition, done.Id, now, cancellationToken);
            session.Append(new JournalEvent { Topic = PersonalTopics.Keys, Type = PersonalTopics.KeyShredded, Subject = subject, Data = "{}" });
            session.Append(done);
            await session.CommitAsync(new StoredAnswer(StatusCodes.Status200OK), cancellationToken);
        }

        Forget(subject);
    }

    /// <summary>Notes what somebody has to do for the person; null where too many wait already.</summary>
    public async Task<ChangeOutcome?> AskAsync(Asker asker, string kind, string? details, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var sealedDetails = string.IsNullOrEmpty(details) ? null : await vault.ProtectAsync(asker.Subject, "personal.request.details", Encoding.UTF8.GetBytes(details), cancellationToken);
        await using var session = await journal.BeginAsync(key, cancellationToken);
        if (session.Settled is { } settled)
            return settled;
        if (await RequestRows.CountOpenAsync(session.Transaction, asker.Subject, cancellationToken) >= MostOpen)
            return null;
        var (now, id) = Now();
        await RequestRows.InsertAsync(session.Transaction, id, asker, kind, "open", sealedDetails, now, now + settings.Deadline, cancellationToken);
        session.Append(Event(PersonalTopics.Asked, asker, id, json => json.WriteString("kind"u8, kind)));
        var outcome = await session.CommitAsync(Answer(StatusCodes.Status202Accepted, id, "open", json => json.WriteString("due_at"u8, now + settings.Deadline)), cancellationToken);
        watch.Ask(); // It may be due before the next look.
        return outcome;
    }

    private void Forget(string subject)
    {
        vault.Forget(subject);
        erasure.Forget(subject);
        watch.Ask();
    }

    private static JournalEvent Event(string type, Asker asker, Guid request, Action<Utf8JsonWriter>? more = null) => new()
    {
        Topic = PersonalTopics.Rights,
        Type = type,
        Subject = asker.Subject,
        Data = Encoding.UTF8.GetString(Json(json =>
        {
            json.WriteString("request"u8, request);
            json.WriteString("by_kind"u8, asker.KindText);
            json.WriteString("by"u8, asker.By.Subject);
            more?.Invoke(json);
        })),
    };

    private static StoredAnswer Answer(int status, Guid id, string state, Action<Utf8JsonWriter> more) => new(status, "application/json", Json(json =>
    {
        json.WriteString("id"u8, id);
        json.WriteString("state"u8, state);
        more(json);
    }));

    private static void WriteRows(Utf8JsonWriter json, IReadOnlyList<(string Table, int Rows)> deleted)
    {
        json.WriteStartObject("deleted"u8);
        foreach (var (table, rows) in deleted)
            json.WriteNumber(table, rows);
        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private (DateTimeOffset Now, Guid Id) Now() => (time.GetUtcNow(), Guid.CreateVersion7(time.GetUtcNow()));
}
