using System.Collections.Immutable;
using System.Security.Cryptography;
using Banyan.Cells.Personal;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// The keys by which this partition's organisation signs credentials (ES256), sealed with the partition's key. The first is made
/// when something is first issued; the next one when a key has signed for <see cref="IdentitySettings.IssuerRotation"/>, an hour
/// before it signs, so that no copy of the document lacks it. One that signs no longer stays in the document for as long as
/// anything that it signed may be valid, unless it is withdrawn. Thread-safe; of a partition one cell serves, so what it has
/// read stays true but for its own changes.
/// </summary>
internal sealed class IssuerKeys(IJournal journal, NpgsqlDataSource database, IKeyVault vault, IdentitySettings settings, Organisations organisations, TimeProvider time) : IDisposable
{
    /// <summary>The most keys in a document: a reader takes no more than 100.</summary>
    public const int MostPublished = 60;

    private const string Purpose = "identity.issuer-key";
    private const string Select = "SELECT id, x, y, secret, created_at, signs_from, withdrawn_at FROM identity.issuer_keys ORDER BY signs_from, created_at";
    private const string Insert = "INSERT INTO identity.issuer_keys (id, x, y, secret, created_at, signs_from) VALUES ($1, $2, $3, $4, $5, $6)";
    private const string Withdraw = "UPDATE identity.issuer_keys SET withdrawn_at = $2, secret = NULL WHERE id = $1 AND withdrawn_at IS NULL";

    /// <summary>Copies of the document are this old at most, and clocks differ.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile IReadOnlyList<IssuerKey>? _keys;

    /// <summary>Every key, oldest first.</summary>
    public async ValueTask<IReadOnlyList<IssuerKey>> AllAsync(CancellationToken cancellationToken)
    {
        if (_keys is { } known)
            return known;
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _keys ??= await LoadAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The keys that are in the document: not withdrawn, and nothing that they signed is certainly over.</summary>
    public async ValueTask<IReadOnlyList<IssuerKey>> PublishedAsync(CancellationToken cancellationToken)
    {
        var (keys, now) = (Good(await AllAsync(cancellationToken)), time.GetUtcNow());
        var longest = Max(settings.EvidenceLifetime, Max(settings.CredentialLifetime, settings.UnboundLifetime));
        return [.. keys.Where((_, i) => i == keys.Count - 1 || keys[i + 1].SignsFrom + longest + Ahead > now)];
    }

    /// <summary>The organisation's DID document; null where the platform's address is no domain name.</summary>
    public async ValueTask<DidDocument?> DocumentAsync(CancellationToken cancellationToken) => organisations.DidOf(organisations.Own) is { } did
        ? new DidDocument { Id = did, Assertion = [.. (await PublishedAsync(cancellationToken)).Select(k => new VerificationMethod($"{did}#{k.Id}", k.Public)).ToImmutableArray()] }
        : null;

    /// <summary>The key that signs now; makes the first one, and the next one where it is due.</summary>
    public async ValueTask<IssuerKey> CurrentAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var keys = Good(await AllAsync(cancellationToken));
        if (keys is [.., var newest] && newest.SignsFrom + settings.IssuerRotation - Ahead > now)
            return Signing(keys, now);
        await MakeAsync(isDue: true, cancellationToken);
        return Signing(Good(await AllAsync(cancellationToken)), now);
    }

    /// <summary>Makes a key: it signs at once where none does, else after an hour.</summary>
    /// <param name="isDue">Only where it is due.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The key; null where none was due, or the document is full.</returns>
    public async Task<IssuerKey?> MakeAsync(bool isDue, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var all = _keys ??= await LoadAsync(cancellationToken);
            var keys = Good(all);
            if ((isDue && keys is [.., var newest] && newest.SignsFrom + settings.IssuerRotation - Ahead > now) || (!isDue && keys.Count >= MostPublished))
                return null;
            var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var jwk = PublicJwk.Of(pair);
            var key = new IssuerKey(jwk.Thumbprint(), jwk, now, keys.Count == 0 ? now : now + Ahead, null, pair);
            var plain = pair.ExportPkcs8PrivateKey();
            var sealedKey = await vault.ProtectForPartitionAsync(Purpose, plain, cancellationToken);
            CryptographicOperations.ZeroMemory(plain);
            await journal.CommitAsync(
                new Change
                {
                    Answer = new StoredAnswer(201),
                    Statements = [Sql.Statement(Insert, Sql.Text(key.Id), Sql.Text(jwk.X), Sql.Text(jwk.Y), Sql.Bytes(sealedKey), Sql.Time(now), Sql.Time(key.SignsFrom))],
                    Events = [IdentityEvents.Of(IdentityTopics.Credentials, "issuer-key.made", key.Id)],
                },
                cancellationToken);
            _keys = [.. all, key];
            return key;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Withdraws a key: what it signed is worth nothing from now on, and its secret is gone.</summary>
    /// <returns>Null where there is none of this id that was not withdrawn before.</returns>
    public async Task<ChangeOutcome?> WithdrawAsync(string id, IdempotencyKey? idempotency, string by, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await using var change = await journal.BeginAsync(idempotency, cancellationToken);
            if (change.Settled is { } settled)
                return settled;
            if (await Sql.ExecuteAsync(change.Transaction, Withdraw, [Sql.Text(id), Sql.Time(time.GetUtcNow())], cancellationToken) == 0)
                return null;
            change.Append(IdentityEvents.Of(IdentityTopics.Credentials, "issuer-key.withdrawn", id, ("by", by)));
            var outcome = await change.CommitAsync(new StoredAnswer(204), cancellationToken);
            _keys = null; // read again, without its secret
            return outcome;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        foreach (var key in _keys ?? [])
            key.Dispose();
        _one.Dispose();
    }

    private static List<IssuerKey> Good(IEnumerable<IssuerKey> keys) => [.. keys.Where(static k => k.WithdrawnAt is null)];

    /// <summary>The newest that may sign; where the others were withdrawn, the next one at once.</summary>
    private static IssuerKey Signing(List<IssuerKey> keys, DateTimeOffset now) => keys.FindLast(k => k.SignsFrom <= now) ?? keys[0];

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private async Task<IReadOnlyList<IssuerKey>> LoadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<(string Id, PublicJwk Public, byte[]? Secret, DateTimeOffset Created, DateTimeOffset From, DateTimeOffset? Withdrawn)>();
        await using (var command = Sql.Command(database, Select))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((reader.GetString(0), new PublicJwk(PublicJwk.P256, reader.GetString(1), reader.GetString(2)), reader.Value<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.Moment(6)));
        }

        var keys = new List<IssuerKey>();
        foreach (var row in rows)
        {
            ECDsa? pair = null;
            if (row.Secret is not null)
            {
                var plain = await vault.RevealForPartitionAsync(Purpose, row.Secret, cancellationToken);
                pair = ECDsa.Create();
                pair.ImportPkcs8PrivateKey(plain, out _);
                CryptographicOperations.ZeroMemory(plain);
            }

            keys.Add(new IssuerKey(row.Id, row.Public, row.Created, row.From, row.Withdrawn, pair));
        }

        return keys;
    }
}
