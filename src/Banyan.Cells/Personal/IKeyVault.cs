using System.Security.Cryptography;
using Banyan.Engines.Keys;
using Npgsql;

namespace Banyan.Cells.Personal;

/// <summary>
/// Seals personal data and the partition's own secrets: AES-256-GCM under a key of each person or purpose, which is wrapped
/// under a key of the partition, which is wrapped under a root key. In the container of every cell that has
/// <see cref="Hosting.CellOptions.Keys"/>. Thread-safe.
/// </summary>
/// <remarks>
/// A value is bound to the platform, the partition, the person and the field: moved elsewhere, it does not open. What is revealed
/// within a request of staff or of a machine is noted in the journal first (topic <c>personal.access</c>), and the request
/// must say what for; see <see cref="Access.AccessPurpose"/>.
/// Members that need a key which is not in memory throw <see cref="NpgsqlException"/> where the database is away, and
/// <see cref="RootKeyException"/> where the root keys are not those that wrapped it.
/// </remarks>
public interface IKeyVault
{
    /// <summary>The longest <c>subject</c>, <c>field</c>, <c>purpose</c> and <c>kind</c>, in characters; none may be empty.</summary>
    const int MaxNameLength = 200;

    /// <summary>Seals a person's value. The first for a person makes the person's key.</summary>
    /// <param name="subject">The person: the <c>sub</c> of its tokens.</param>
    /// <param name="field">Table and column, such as <c>identity.account.email</c>.</param>
    /// <param name="plain">The value.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SubjectShreddedException">The person's key was shredded: nothing is ever sealed for it again.</exception>
    ValueTask<byte[]> ProtectAsync(string subject, string field, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken);

    /// <summary>Opens what <see cref="ProtectAsync"/> sealed for the same person and field; null where the person's key was shredded.</summary>
    /// <exception cref="CryptographicException">It was sealed for something else, or changed.</exception>
    ValueTask<byte[]?> RevealAsync(string subject, string field, ReadOnlyMemory<byte> sealed_, CancellationToken cancellationToken);

    /// <summary>Seals a secret of the partition itself, such as a signing key. The first for a purpose makes the purpose's key.</summary>
    ValueTask<byte[]> ProtectForPartitionAsync(string purpose, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken);

    /// <summary>Opens what <see cref="ProtectForPartitionAsync"/> sealed for the same purpose.</summary>
    /// <exception cref="CryptographicException">It was sealed for something else, or changed.</exception>
    ValueTask<byte[]> RevealForPartitionAsync(string purpose, ReadOnlyMemory<byte> sealed_, CancellationToken cancellationToken);

    /// <summary>
    /// What a value is found by without being stored: HMAC-SHA-256 under the platform's key, the same in every region. Bring
    /// the value into one form first (case, spaces, a number's country), or it is found in the form only in which it was stored.
    /// </summary>
    /// <param name="kind">What it is, such as <c>email</c>: the same value of another kind has another fingerprint.</param>
    /// <param name="value">The value.</param>
    /// <returns>32 bytes.</returns>
    byte[] Fingerprint(string kind, string value);

    /// <summary>
    /// Destroys a person's key, with an entry in the journal: from its commit on nothing that was sealed for the person opens, here or, as
    /// soon as it is replicated, in any standby. Again for the same person: does nothing.
    /// </summary>
    Task ShredAsync(string subject, CancellationToken cancellationToken);
}
