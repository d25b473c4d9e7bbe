using Npgsql;

namespace Banyan.Journal;

/// <summary>
/// A change whose rows, journal events and answer are all known before the database is asked: it is committed in one
/// round trip and one transaction (see <see cref="IJournal.CommitAsync"/>).
/// </summary>
public sealed class Change
{
    /// <summary>The caller's <c>Idempotency-Key</c>, or null where it sent none.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>The answer that is stored with the key, and given again when the request is repeated.</summary>
    public required StoredAnswer Answer { get; init; }

    /// <summary>The service's own rows. Run in order, in the same transaction; any error rolls back all of it.</summary>
    public IReadOnlyList<NpgsqlBatchCommand> Statements { get; init; } = [];

    /// <summary>
    /// Whether it MUST NOT share its transaction with other changes. Under load the journal commits several changes
    /// together; that is right for statements that write rows, and wrong for those that mean their transaction as such
    /// (<c>SET LOCAL</c>, transaction-scoped advisory locks).
    /// </summary>
    public bool OwnTransaction { get; init; }

    /// <summary>What happened: at least one event.</summary>
    public required IReadOnlyList<JournalEvent> Events { get; init; }
}

/// <summary>
/// An <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header) as the journal keeps it.
/// </summary>
/// <param name="Scope">Who may repeat it: the caller and the operation, so that two callers can't meet each other's answers.</param>
/// <param name="Key">The header's value, 1 to 255 characters.</param>
/// <param name="Fingerprint">SHA-256 of what was asked; the same key with another fingerprint is refused.</param>
public sealed record IdempotencyKey(string Scope, string Key, byte[] Fingerprint);

/// <summary>An HTTP answer, small enough to be stored beside its idempotency key.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="ContentType">Media type of <paramref name="Body"/>; null where there is none.</param>
/// <param name="Body">The body; empty where there is none.</param>
/// <param name="Location">The <c>Location</c> header, if any.</param>
public sealed record StoredAnswer(int Status, string? ContentType = null, byte[]? Body = null, string? Location = null);

/// <summary>What became of a change.</summary>
public enum ChangeResult
{
    /// <summary>Done now, once, and durable.</summary>
    Committed,

    /// <summary>The same request had been done before; <see cref="ChangeOutcome.Answer"/> is the answer given then.</summary>
    Replayed,

    /// <summary>The key was used before with another request; nothing was done.</summary>
    KeyReused,
}

/// <summary>What became of a change, and the answer to give.</summary>
/// <param name="Result">Done, repeated, or refused.</param>
/// <param name="Answer">The answer to give; null for <see cref="ChangeResult.KeyReused"/>.</param>
/// <param name="Receipts">Ids of the journal entries, in order; those of the first time where it was replayed.</param>
public sealed record ChangeOutcome(ChangeResult Result, StoredAnswer? Answer, IReadOnlyList<Guid> Receipts);
