using System.Globalization;
using System.Security.Cryptography;
using Banyan.Engines.Keys;
using Banyan.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Vault;

/// <summary>
/// Rotates keys while they are used: a new version wraps, those before it unwrap until nothing is wrapped under them, and then
/// they go. Each step is a transaction of its own and can be repeated, so it may be cut off anywhere. One owner.
/// </summary>
internal sealed class KeyRewrap(NpgsqlDataSource database, PartitionKeys partition, IRootKeys root, IJournal journal, KeyOptions options)
{
    private const int Batch = 500;
    private const string SelectRoots = "SELECT version, root_version, wrapped FROM personal.partition_key WHERE root_version <> $1";
    private const string UpdateRoot = "UPDATE personal.partition_key SET root_version = $3, wrapped = $4 WHERE version = $1 AND root_version = $2";
    private const string NewestIsOld = "SELECT made_at < clock_timestamp() - $1 FROM personal.partition_key ORDER BY version DESC LIMIT 1";
    private const string InsertNext = "INSERT INTO personal.partition_key (version, root_version, wrapped) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING";

    private const string SelectBatch = "SELECT kind, name, partition_version, wrapped FROM personal.key WHERE partition_version < $1 LIMIT $2 FOR UPDATE SKIP LOCKED";

    private const string UpdateBatch = """
        UPDATE personal.key AS k SET partition_version = $1, wrapped = n.wrapped
        FROM unnest($2::text[], $3::text[], $4::bytea[]) AS n (kind, name, wrapped) WHERE k.kind = n.kind AND k.name = n.name
        """;

    private const string DeleteOld = """
        DELETE FROM personal.partition_key AS p
        WHERE p.version < $1 AND NOT EXISTS (SELECT FROM personal.key AS k WHERE k.partition_version = p.version) RETURNING p.version
        """;

    /// <summary>Does what is to be done; returns how many persons' and purposes' keys were wrapped again.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await root.RefreshAsync(cancellationToken);
        await partition.LoadAsync(cancellationToken);
        await WrapUnderRootAsync(cancellationToken);
        if (await IsDueAsync(cancellationToken))
            await RotateAsync(cancellationToken);
        var wrapped = 0;
        for (var count = Batch; count == Batch; wrapped += count)
            count = await WrapBatchAsync(cancellationToken);
        await RetireAsync(cancellationToken);
        return wrapped;
    }

    /// <summary>Gives the partition another key now; returns its version. What is wrapped under those before is wrapped again by <see cref="RunAsync"/>.</summary>
    public async Task<int> RotateAsync(CancellationToken cancellationToken)
    {
        await partition.LoadAsync(cancellationToken);
        var next = partition.Current + 1;
        var wrapped = await root.WrapAsync(RandomNumberGenerator.GetBytes(KeyEnvelope.KeyLength), partition.ContextOf(next), cancellationToken);
        await using (var session = await journal.BeginAsync(key: null, cancellationToken))
        {
            await using var command = new NpgsqlCommand(InsertNext, session.Transaction.Connection, session.Transaction) { Parameters = { Int(next), Int(root.VersionOf(wrapped)), Bytes(wrapped) } };
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
            {
                session.Append(Event(PersonalTopics.PartitionKeyMade, $$"""{"version":{{next}},"root_version":{{root.VersionOf(wrapped)}}}"""));
                await session.CommitAsync(new StoredAnswer(204), cancellationToken);
            }
        }

        await partition.LoadAsync(cancellationToken);
        return next;
    }

    private static JournalEvent Event(string type, FormattableString data) => new() { Topic = PersonalTopics.Keys, Type = type, Data = data.ToString(CultureInfo.InvariantCulture) };

    private async Task WrapUnderRootAsync(CancellationToken cancellationToken)
    {
        var old = new List<(int Version, int Root, byte[] Wrapped)>();
        await using (var command = database.CreateCommand(SelectRoots))
        {
            command.Parameters.Add(Int(root.CurrentVersion));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                old.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
        }

        foreach (var (version, from, wrapped) in old)
        {
            var context = partition.ContextOf(version);
            var key = await root.UnwrapAsync(wrapped, context, cancellationToken);
            var again = await root.WrapAsync(key, context, cancellationToken);
            CryptographicOperations.ZeroMemory(key);
            await using var session = await journal.BeginAsync(key: null, cancellationToken);
            await using var command = new NpgsqlCommand(UpdateRoot, session.Transaction.Connection, session.Transaction) { Parameters = { Int(version), Int(from), Int(root.VersionOf(again)), Bytes(again) } };
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
                continue;
            session.Append(Event(PersonalTopics.RootKeyChanged, $$"""{"version":{{version}},"from":{{from}},"to":{{root.VersionOf(again)}}}"""));
            await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        }
    }

    private async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NewestIsOld);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.PartitionKeyAge, NpgsqlDbType = NpgsqlDbType.Interval });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<int> WrapBatchAsync(CancellationToken cancellationToken)
    {
        var (current, currentKey) = await partition.GetCurrentAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = new List<(KeyName Name, int Version, byte[] Wrapped)>();
        await using (var select = new NpgsqlCommand(SelectBatch, connection, transaction) { Parameters = { Int(current), Int(Batch) } })
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((new KeyName(reader.GetString(0) == "subject" ? KeyKind.Subject : KeyKind.Purpose, reader.GetString(1)), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3)));
        }

        if (rows.Count == 0)
            return 0;
        var again = new byte[rows.Count][];
        for (var i = 0; i < again.Length; i++)
        {
            var (name, version, wrapped) = rows[i];
            var old = await partition.FindAsync(version, cancellationToken) ?? throw new CryptographicException($"Key {version} of the partition is missing from personal.partition_key, and keys are wrapped under it.");
            var key = partition.Unwrap(old, name, wrapped);
            again[i] = partition.Wrap(current, currentKey, name, key);
            CryptographicOperations.ZeroMemory(key);
        }

        await using var update = new NpgsqlCommand(UpdateBatch, connection, transaction)
        {
            Parameters =
            {
                Int(current),
                new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(static r => r.Name.KindText)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(static r => r.Name.Name)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<byte[][]> { TypedValue = again, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        };
        await update.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows.Count;
    }

    private async Task RetireAsync(CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        var gone = new List<int>();
        try
        {
            await using var command = new NpgsqlCommand(DeleteOld, session.Transaction.Connection, session.Transaction) { Parameters = { Int(partition.Current) } };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                gone.Add(reader.GetInt32(0));
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return; // A key was just made under one of them: next time.
        }

        if (gone.Count == 0)
            return;
        foreach (var version in gone)
            session.Append(Event(PersonalTopics.PartitionKeyRetired, $$"""{"version":{{version}}}"""));
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        await partition.LoadAsync(cancellationToken);
    }

    private static NpgsqlParameter<int> Int(int value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter<byte[]> Bytes(byte[] value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
