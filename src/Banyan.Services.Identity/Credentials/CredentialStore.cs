using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Credentials;

/// <summary>People's credentials in the partition. Thread-safe.</summary>
internal sealed class CredentialStore(NpgsqlDataSource database)
{
    private const string Columns = "id, subject, level, verified_at, holder, list, entry, issued_at, expires_at, revoked_at, revoked_for";
    private const string SelectOf = $"SELECT {Columns} FROM identity.credentials WHERE subject = $1 ORDER BY id DESC LIMIT 200";
    private const string SelectOne = $"SELECT {Columns} FROM identity.credentials WHERE subject = $1 AND id = $2";
    private const string CountLive = "SELECT count(*) FROM identity.credentials WHERE subject = $1 AND revoked_at IS NULL AND expires_at > $2";
    private const string InsertOne = "INSERT INTO identity.credentials (id, subject, level, verified_at, holder, list, entry, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    private const string RevokeOne = "UPDATE identity.credentials SET revoked_at = $3, revoked_for = $4 WHERE subject = $1 AND id = $2 AND revoked_at IS NULL AND entry IS NOT NULL RETURNING id";
    private const string RevokeAbove = "UPDATE identity.credentials SET revoked_at = $3, revoked_for = $4 WHERE subject = $1 AND level > $2 AND revoked_at IS NULL AND entry IS NOT NULL RETURNING id";

    /// <summary>The newest decision that a person reached a level by: the highest level of a case that was approved and not reversed.</summary>
    private const string SelectReached = "SELECT level, decided_at FROM identity.cases WHERE subject = $1 AND state = 'approved' AND level <= $2 ORDER BY level DESC, decided_at DESC LIMIT 1";

    public async Task<IReadOnlyList<IssuedCredential>> ListAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectOf, Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IssuedCredential?> FindAsync(string subject, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectOne, Sql.Text(subject), Sql.Uuid(id));
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    /// <summary>What a person's account has reached, and when that was decided; null where no case says so.</summary>
    public static async Task<(int Level, DateTimeOffset At)?> ReachedAsync(NpgsqlTransaction transaction, string subject, int verification, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, SelectReached, Sql.Text(subject), Sql.Small(verification));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt16(0), reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    public static async Task<long> CountLiveAsync(NpgsqlTransaction transaction, string subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, CountLive, Sql.Text(subject), Sql.Time(now));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static Task InsertAsync(NpgsqlTransaction transaction, IssuedCredential one, CancellationToken cancellationToken) => Sql.ExecuteAsync(
        transaction, InsertOne,
        [
            Sql.Uuid(one.Id), Sql.Text(one.Subject), Sql.Small(one.Level), Sql.Time(one.VerifiedAt), Sql.Bytes(one.Holder), StatusLists.Integer(one.List), StatusLists.Integer(one.Entry!.Value), Sql.Time(one.IssuedAt),
            Sql.Time(one.ExpiresAt),
        ],
        cancellationToken);

    /// <summary>Revokes one of a person's; false where there is none that is not revoked.</summary>
    public static async Task<bool> RevokeAsync(NpgsqlTransaction transaction, string subject, Guid id, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, RevokeOne, Sql.Text(subject), Sql.Uuid(id), Sql.Time(now), Sql.Text(why));
        return await command.ExecuteScalarAsync(cancellationToken) is Guid;
    }

    /// <summary>Revokes those of a person that say more than a level; their ids.</summary>
    public static async Task<IReadOnlyList<Guid>> RevokeAboveAsync(NpgsqlTransaction transaction, string subject, int level, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, RevokeAbove, Sql.Text(subject), Sql.Small(level), Sql.Time(now), Sql.Text(why));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var revoked = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            revoked.Add(reader.GetGuid(0));
        return revoked;
    }

    private static async Task<List<IssuedCredential>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<IssuedCredential>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new IssuedCredential(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt16(2), reader.GetFieldValue<DateTimeOffset>(3), reader.Value<byte[]>(4), reader.GetInt32(5), await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetInt32(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8), reader.Moment(9), reader.Value<string>(10)));
        }

        return found;
    }
}
