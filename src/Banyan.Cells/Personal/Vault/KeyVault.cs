using System.Security.Cryptography;
using Banyan.Cells.Personal.Access;
using Banyan.Engines.Keys;
using Banyan.Journal;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Personal.Vault;

/// <summary>See <see cref="IKeyVault"/>. Where the key is in memory, sealing and opening ask nobody.</summary>
internal sealed partial class KeyVault(KeyRows rows, PartitionKeys partition, KeyCache cache, IRootKeys root, AccessNotes notes, IJournal journal, CellContext cell, ILogger<KeyVault> logger) : IKeyVault
{
    /// <summary>Versions of a person's or purpose's key itself; wrapping it again does not change it.</summary>
    private const int KeyVersion = 1;

    /// <summary>A key may be made, wrapped again or retired while it is being read: each of these happens seldom, and once.</summary>
    private const int Attempts = 5;

    public async ValueTask<byte[]> ProtectAsync(string subject, string field, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        CheckName(subject, nameof(subject));
        CheckName(field, nameof(field));
        return await SealAsync(new KeyName(KeyKind.Subject, subject), field, plain, cancellationToken) ?? throw new SubjectShreddedException();
    }

    public async ValueTask<byte[]?> RevealAsync(string subject, string field, ReadOnlyMemory<byte> sealed_, CancellationToken cancellationToken)
    {
        CheckName(subject, nameof(subject));
        CheckName(field, nameof(field));
        await notes.BeforeRevealAsync(subject, cancellationToken);
        return await OpenAsync(new KeyName(KeyKind.Subject, subject), field, sealed_, cancellationToken);
    }

    public async ValueTask<byte[]> ProtectForPartitionAsync(string purpose, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        CheckName(purpose, nameof(purpose));
        return await SealAsync(new KeyName(KeyKind.Purpose, purpose), "", plain, cancellationToken) ?? throw new CryptographicException($"The key for {purpose} was shredded.");
    }

    public async ValueTask<byte[]> RevealForPartitionAsync(string purpose, ReadOnlyMemory<byte> sealed_, CancellationToken cancellationToken)
    {
        CheckName(purpose, nameof(purpose));
        return await OpenAsync(new KeyName(KeyKind.Purpose, purpose), "", sealed_, cancellationToken) ?? throw new CryptographicException($"The partition has no key for {purpose}: it was sealed in another partition, or in another database.");
    }

    public byte[] Fingerprint(string kind, string value)
    {
        CheckName(kind, nameof(kind));
        ArgumentNullException.ThrowIfNull(value);
        var fingerprint = new byte[HMACSHA256.HashSizeInBytes];
        root.Fingerprint(KeyContext.Of(cell.Platform, kind, value), fingerprint);
        return fingerprint;
    }

    public async Task ShredAsync(string subject, CancellationToken cancellationToken)
    {
        CheckName(subject, nameof(subject));
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        if (!await KeyRows.ShredAsync(session.Transaction, subject, cancellationToken))
            return;
        session.Append(new JournalEvent { Topic = PersonalTopics.Keys, Type = PersonalTopics.KeyShredded, Subject = subject, Data = "{}" });
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        Forget(subject);
    }

    /// <summary>A person's key was shredded in a transaction that has been committed.</summary>
    public void Forget(string subject)
    {
        cache.Remove(new KeyName(KeyKind.Subject, subject));
        LogShredded(logger);
    }

    private static void CheckName(string value, string name)
    {
        if (string.IsNullOrEmpty(value) || value.Length > IKeyVault.MaxNameLength || value.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"Must have 1 to {IKeyVault.MaxNameLength} characters, none of them U+0000.", name);
    }

    private byte[] ContextOf(KeyName name, string field) => KeyContext.Of(cell.Platform, cell.Partition, name.KindText, name.Name, field);

    /// <summary>Null where the key was shredded.</summary>
    private async ValueTask<byte[]?> SealAsync(KeyName name, string field, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var key = new byte[KeyEnvelope.KeyLength];
        try
        {
            return await TryGetKeyAsync(name, key, make: true, cancellationToken) ? KeyEnvelope.Seal(key, KeyVersion, plain.Span, ContextOf(name, field)) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Null where there is no key (any more).</summary>
    private async ValueTask<byte[]?> OpenAsync(KeyName name, string field, ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken)
    {
        var key = new byte[KeyEnvelope.KeyLength];
        try
        {
            if (!await TryGetKeyAsync(name, key, make: false, cancellationToken))
                return null;
            return KeyEnvelope.TryOpen(key, envelope.Span, ContextOf(name, field), out var plain)
                ? plain
                : throw new CryptographicException($"A sealed value of {(name.Kind == KeyKind.Subject ? field : name.Name)} does not open: it was changed, or sealed for something else.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private async ValueTask<bool> TryGetKeyAsync(KeyName name, byte[] key, bool make, CancellationToken cancellationToken)
    {
        if (cache.TryCopy(name, key))
            return true;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stamp = cache.Stamp;
            if (await rows.FindAsync(name, cancellationToken) is not { } row)
            {
                if (!make)
                    return false;
                await MakeAsync(name, cancellationToken);
                continue;
            }

            if (row.Wrapped is null)
                return false;
            if (await partition.FindAsync(row.PartitionVersion!.Value, cancellationToken) is not { } partitionKey)
                continue; // Wrapped again since: the row says under which.
            var opened = partition.Unwrap(partitionKey, name, row.Wrapped);
            opened.CopyTo(key, 0);
            CryptographicOperations.ZeroMemory(opened);
            cache.Keep(name, key, stamp);
            return true;
        }

        throw new CryptographicException($"A {name.KindText}'s key could not be had: its partition key is missing.");
    }

    private async Task MakeAsync(KeyName name, CancellationToken cancellationToken)
    {
        var (version, partitionKey) = await partition.GetCurrentAsync(cancellationToken);
        var key = RandomNumberGenerator.GetBytes(KeyEnvelope.KeyLength);
        if (!await rows.TryInsertAsync(name, version, partition.Wrap(version, partitionKey, name, key), cancellationToken))
            await partition.LoadAsync(cancellationToken); // Somebody else was first, or the version was just retired.
        CryptographicOperations.ZeroMemory(key);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A person's key was shredded.")]
    private static partial void LogShredded(ILogger logger);
}
