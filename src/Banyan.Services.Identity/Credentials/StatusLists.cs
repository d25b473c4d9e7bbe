using System.Collections.Concurrent;
using System.Security.Cryptography;
using Banyan.Engines.Credentials.Status;
using Banyan.Services.Identity.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// The organisation's status lists: entries are given at random, so that a place says nothing of when or to whom; a list is half
/// full at most. Signed anew when something was revoked, or the signed one grows old. Thread-safe.
/// </summary>
internal sealed class StatusLists(NpgsqlDataSource database, CredentialText text, TimeProvider time)
{
    /// <summary>How long others may keep a list (its <c>ttl</c>, and <c>Cache-Control</c>): so late may they learn of a revocation.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    /// <summary>How long a signed list is good, for those who can't reach the platform.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>When it is signed anew, though nothing changed.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <summary>Half of a list: a free entry is found by the second try on average.</summary>
    private const int MostUsed = StatusList.Fewest / 2;

    private const int Tries = 64;
    private const int MostCached = 100;
    private const string Take = "UPDATE identity.status_lists SET used = used + 1 WHERE id = (SELECT max(id) FROM identity.status_lists) AND used < $1 RETURNING id";
    private const string Open = "INSERT INTO identity.status_lists (id, used) SELECT coalesce(max(id), 0) + 1, 1 FROM identity.status_lists RETURNING id";
    private const string Claim = "INSERT INTO identity.status_entries (list, entry) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    private const string SelectVersion = "SELECT version FROM identity.status_lists WHERE id = $1";
    private const string SelectRevoked = "SELECT l.version, (SELECT coalesce(array_agg(entry), '{}') FROM identity.status_entries WHERE list = l.id AND revoked) FROM identity.status_lists l WHERE l.id = $1";

    private readonly ConcurrentDictionary<int, Signed> _signed = new();

    /// <summary>Gives an entry that nobody had, in the change's transaction.</summary>
    public static async Task<StatusEntry> TakeAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var list = await NumberAsync(transaction, Take, [Sql.Number(MostUsed)], cancellationToken) ?? await NumberAsync(transaction, Open, [], cancellationToken) ?? throw new InvalidOperationException("No status list could be opened.");
        for (var i = 0; i < Tries; i++)
        {
            var entry = RandomNumberGenerator.GetInt32(StatusList.Fewest);
            if (await Sql.ExecuteAsync(transaction, Claim, [Integer(list), Integer(entry)], cancellationToken) == 1)
                return new StatusEntry(list, entry);
        }

        throw new InvalidOperationException("No free entry was found in a status list that is half full: its random numbers are none.");
    }

    /// <summary>A status list credential; null where there is no such list.</summary>
    public async Task<string?> ReadAsync(int list, CancellationToken cancellationToken)
    {
        await using (var command = Sql.Command(database, SelectVersion, Integer(list)))
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is not long version)
                return null;
            var key = await text.KeyIdAsync(cancellationToken);
            if (_signed.TryGetValue(list, out var known) && known.Version == version && known.KeyId == key && known.At + Fresh > time.GetUtcNow())
                return known.Text;
        }

        var made = await SignAsync(list, cancellationToken);
        if (_signed.Count >= MostCached)
            _signed.Clear();
        _signed[list] = made;
        return made.Text;
    }

    private async Task<Signed> SignAsync(int list, CancellationToken cancellationToken)
    {
        long version;
        int[] revoked;
        await using (var command = Sql.Command(database, SelectRevoked, Integer(list)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken); // lists are never removed
            (version, revoked) = (reader.GetInt64(0), reader.GetFieldValue<int[]>(1));
        }

        var now = time.GetUtcNow();
        var (jwt, key) = await text.StatusListAsync(list, StatusList.Of(revoked), now, now + Lifetime, Kept, cancellationToken);
        return new Signed(version, key, now, jwt);
    }

    private static async Task<int?> NumberAsync(NpgsqlTransaction transaction, string statement, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, statement, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    internal static NpgsqlParameter Integer(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    private sealed record Signed(long Version, string KeyId, DateTimeOffset At, string Text);
}
