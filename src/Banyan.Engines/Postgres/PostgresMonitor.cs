using System.Globalization;
using Npgsql;

namespace Banyan.Engines.Postgres;

/// <summary>Asks a server how it is, as the keeper. Thread-safe.</summary>
public sealed class PostgresMonitor : IAsyncDisposable
{
    // A receiver calls itself streaming before its primary has refused it for want of WAL, five times a second. Until a first
    // message has come, both of its message times are its start's.
    private const string FactsSql = """
        SELECT current_setting('server_version'), pg_is_in_recovery(),
               pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')::bigint,
               (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'banyan-keeper')::int,
               pg_database_size(current_database()),
               coalesce(r.status = 'streaming' AND r.last_msg_send_time <> r.last_msg_receipt_time, false),
               greatest(0, pg_wal_lsn_diff(r.latest_end_lsn, pg_last_wal_replay_lsn()))::bigint,
               extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8,
               (SELECT system_identifier FROM pg_control_system()),
               pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint, current_setting('synchronous_standby_names')
        FROM (SELECT 1) one LEFT JOIN pg_stat_wal_receiver r ON true
        """;

    private const string SlotsSql = """
        SELECT s.slot_name::text, s.active, s.wal_status IS NOT DISTINCT FROM 'lost',
               greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn))::bigint, extract(epoch FROM r.replay_lag)::float8
        FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid
        WHERE s.slot_type = 'physical' AND NOT pg_is_in_recovery()
        """;

    // CASE, since a standby has no segment that it writes. The first timeline has no history file.
    private const string HistorySql = """
        SELECT h.timeline, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, coalesce(pg_read_file('pg_wal/' || h.timeline || '.history', 0, 1048576, true), ''),
               (SELECT system_identifier FROM pg_control_system()), current_setting('cluster_name')
        FROM (SELECT CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END) h (timeline)
        WHERE h.timeline IS NOT NULL
        """;

    private const string StandbysSql = """
        SELECT application_name, state = 'streaming', coalesce(sync_state, 'async'), greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn))::bigint
        FROM pg_stat_replication WHERE NOT pg_is_in_recovery() AND state IN ('streaming', 'catchup')
        """;

    private const string LevelSql = "SELECT count(*) > 0 AND bool_and(flush_lsn >= pg_current_wal_insert_lsn()) FROM pg_stat_replication WHERE state = 'streaming'";

    // Segment names without their timeline; "+ 1" so that a position at a segment's end asks for the segment that follows.
    private const string WalSql = """
        SELECT substr(pg_walfile_name($1::pg_lsn + 1), 9) >= (SELECT min(substr(name, 9)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$')
        """;

    private static readonly TimeSpan PromotionPause = TimeSpan.FromMilliseconds(2);

    private readonly NpgsqlDataSource _source;
    private readonly string? _password;
    private readonly string _place;
    private readonly PostgresLink? _link;

    /// <summary>Connects lazily.</summary>
    /// <param name="connectionString">Of a role that may read statistics; the keeper's for private instances.</param>
    /// <param name="place">What to call the server in errors: a folder, or the name of what held the connection string.</param>
    /// <param name="patience">The longest that one question may take.</param>
    /// <param name="keepSession">Whether a session stays open between questions; a login costs the server more than a question every few seconds.</param>
    /// <param name="link">How the connection is secured; null: as the connection string says.</param>
    public PostgresMonitor(string connectionString, string place, TimeSpan? patience = null, bool keepSession = false, PostgresLink? link = null)
    {
        _link = link;
        var seconds = (int)Math.Ceiling((patience ?? TimeSpan.FromSeconds(3)).TotalSeconds);
        _place = place;
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "banyan-keeper",
            MaxPoolSize = 2,
            MinPoolSize = keepSession ? 1 : 0,
            Timeout = seconds,
            CommandTimeout = seconds,
            CancellationTimeout = 500,
            NoResetOnClose = true,
            MaxAutoPrepare = keepSession ? 8 : 0, // Planning the questions costs more than answering them.
            AutoPrepareMinUsages = 2,
            ConnectionIdleLifetime = 30,
            ConnectionPruningInterval = 15,
        };
        _password = settings.Password;
        _source = PostgresLink.OpenSlim(settings, link);
    }

    /// <summary>Asks for the facts.</summary>
    public Task<PostgresResult<ServerFacts>> ReadAsync(CancellationToken cancellationToken = default) => AskAsync<ServerFacts>(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(FactsSql), new(SlotsSql), new(StandbysSql) } };
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var facts = new ServerFacts
            {
                Version = reader.GetString(0),
                SystemIdentifier = reader.GetInt64(8),
                IsStandby = reader.GetBoolean(1),
                Position = reader.IsDBNull(2) ? 0 : reader.GetInt64(2),
                Connections = reader.GetInt32(3),
                Size = reader.GetInt64(4),
                IsStreaming = reader.GetBoolean(5),
                Received = reader.IsDBNull(9) ? null : reader.GetInt64(9),
                SynchronousNames = reader.GetString(10),
                LagBytes = reader.GetBoolean(5) && !reader.IsDBNull(6) ? reader.GetInt64(6) : null,
            };
            if (facts.LagBytes is { } behind)
                facts = facts with { Lag = behind == 0 ? TimeSpan.Zero : reader.IsDBNull(7) ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(7))) };
            var slots = new List<SlotFacts>();
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                slots.Add(new SlotFacts(
                    reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                    reader.IsDBNull(4) ? null : TimeSpan.FromSeconds(reader.GetDouble(4))));
            }

            var standbys = new List<StandbyFacts>();
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                standbys.Add(new StandbyFacts(reader.GetString(0), reader.GetBoolean(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3)));
            return facts with { Slots = slots, Standbys = standbys };
        },
        cancellationToken);

    /// <summary>
    /// Makes a slot that keeps WAL from now on, in place of a lost one of that name. To be called at a primary's first start,
    /// so that standbys made from the template find its first WAL.
    /// </summary>
    public async Task<PostgresError?> EnsureSlotAsync(string slot, CancellationToken cancellationToken = default)
    {
        var answer = await AskAsync<object>(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands =
                    {
                        new("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND wal_status = 'lost' AND NOT active") { Parameters = { new() { Value = slot } } },
                        new("SELECT pg_create_physical_replication_slot($1, true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)") { Parameters = { new() { Value = slot } } },
                    },
                };
                await batch.ExecuteNonQueryAsync(cancellationToken);
                return slot;
            },
            cancellationToken);
        return answer.Error;
    }

    /// <summary>Waits until a standby that was asked to become a primary takes writes, by asking every few milliseconds.</summary>
    /// <param name="patience">How long to wait.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where it does.</returns>
    public async Task<PostgresError?> WaitPromotedAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        var begun = clock.GetTimestamp();
        var answer = await AskAsync<object>(
            async connection =>
            {
                await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
                while (await command.ExecuteScalarAsync(cancellationToken) is true)
                {
                    if (clock.GetElapsedTime(begun) > patience)
                        return new PostgresError(PostgresFailure.OtherRole, $"{_place} was asked to become a primary and is none after {patience.TotalSeconds:0} s: see its server.log.");
                    await Task.Delay(PromotionPause, clock, cancellationToken);
                }

                return _place;
            },
            cancellationToken);
        return answer.Error;
    }

    /// <summary>Writes to the server's files what it has in memory, and returns when that is done.</summary>
    public async Task<PostgresError?> CheckpointAsync(CancellationToken cancellationToken = default)
    {
        var answer = await AskAnewAsync(
            async connection =>
            {
                await RunAsync(connection, "CHECKPOINT", cancellationToken);
                return null;
            },
            cancellationToken);
        return answer;
    }

    /// <summary>
    /// Of a primary whose configuration names a synchronous standby: proves that every commit from now on waits for it, and that it
    /// has all that was committed before. Statistics alone don't say so: whether commits wait is for the checkpointer to tell the
    /// sessions, which it may do seconds after it was told itself.
    /// </summary>
    /// <param name="standby">The name that the standby gives itself.</param>
    /// <param name="patience">How long the standby may take for what it has not flushed yet.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where it is so.</returns>
    public Task<PostgresError?> ProveSynchronousAsync(string standby, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken = default) => AskAnewAsync(
        async connection =>
        {
            // A session made now: its process was born after the server had read the configuration, and had told the checkpointer.
            if (!$"{await ScalarAsync(connection, "SELECT current_setting('synchronous_standby_names')", cancellationToken)}".Contains($"\"{standby}\"", StringComparison.Ordinal))
                return new PostgresError(PostgresFailure.OtherRole, $"{_place} has not been told yet that commits are to wait for {standby}.");
            // One that begins now is made by a checkpointer that has heard of it.
            await RunAsync(connection, "CHECKPOINT", cancellationToken);
            var end = await ScalarAsync(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", cancellationToken);
            var begun = clock.GetTimestamp();
            while (await ScalarAsync(connection, "SELECT true FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync' AND flush_lsn >= '0/0'::pg_lsn + $2::numeric", cancellationToken, standby, end!) is not true)
            {
                if (clock.GetElapsedTime(begun) > patience)
                    return new PostgresError(PostgresFailure.OtherRole, $"{standby} is not in sync with {_place} yet.");
                await Task.Delay(PromotionPause, clock, cancellationToken);
            }

            return null;
        },
        cancellationToken);

    /// <summary>Of a primary that takes no more changes: waits until every standby that receives has on its disk what this one has.</summary>
    /// <param name="patience">How long that may take.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why that can't be said, else null and where it ended, in bytes since the beginning of time.</returns>
    public async Task<(PostgresError? Error, long End)> WaitStandbysLevelAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        var end = 0L;
        var error = await AskAnewAsync(
            async connection =>
            {
                // What nobody waited for is flushed, and thereby sent, by a commit of our own.
                await RunAsync(connection, "SET synchronous_commit = local", cancellationToken);
                await RunAsync(connection, "SELECT pg_logical_emit_message(true, 'banyan', '')", cancellationToken);
                var begun = clock.GetTimestamp();
                while (await ScalarAsync(connection, LevelSql, cancellationToken) is not true)
                {
                    if (clock.GetElapsedTime(begun) > patience)
                        return new PostgresError(PostgresFailure.OtherRole, $"A standby of {_place} does not have all of it yet.");
                    await Task.Delay(PromotionPause, clock, cancellationToken);
                }

                end = (long)(await ScalarAsync(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", cancellationToken))!;
                return null;
            },
            cancellationToken);
        return (error, end);
    }

    /// <summary>Asks a primary for its history; a standby has none to give (<see cref="PostgresFailure.OtherRole"/>).</summary>
    public Task<PostgresResult<TimelineHistory>> ReadHistoryAsync(CancellationToken cancellationToken = default) => AskAsync<TimelineHistory>(
        async connection =>
        {
            await using var command = new NpgsqlCommand(HistorySql, connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                return new PostgresError(PostgresFailure.OtherRole, $"{_place} is not a primary yet.");
            return new TimelineHistory(int.Parse(reader.GetString(0), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), reader.GetInt64(1), TimelineHistory.ParseEnds(reader.GetString(2)), reader.GetInt64(3), reader.GetString(4));
        },
        cancellationToken);

    /// <summary>Asks a server that recovers for the timeline that its data is of.</summary>
    public Task<PostgresResult<TimelineFacts>> ReadTimelineAsync(CancellationToken cancellationToken = default) => AskAsync<TimelineFacts>(
        async connection =>
        {
            // The checkpoint's is older only where a promotion was the last thing that happened; the other is 0 where it never recovered.
            await using var command = new NpgsqlCommand("SELECT greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()))", connection);
            return new TimelineFacts((int)(await command.ExecuteScalarAsync(cancellationToken))!);
        },
        cancellationToken);

    /// <summary>Of a primary: whether it still has the WAL after a position, so that a standby there can catch up.</summary>
    /// <returns>Null where it does not answer.</returns>
    public async Task<bool?> HasWalAfterAsync(long position, CancellationToken cancellationToken = default)
    {
        var has = default(bool?);
        await AskAsync<object>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(WalSql, connection) { Parameters = { new() { Value = WalPosition.Format(position) } } };
                has = await command.ExecuteScalarAsync(cancellationToken) as bool?;
                return connection;
            },
            cancellationToken);
        return has;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>A question on a session of its own that may take longer than others.</summary>
    private async Task<PostgresError?> AskAnewAsync(Func<NpgsqlConnection, Task<PostgresError?>> question, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(_source.ConnectionString) { Password = _password, Pooling = false, MinPoolSize = 0, MaxAutoPrepare = 0, CommandTimeout = 60 };
        await using var source = PostgresLink.OpenSlim(settings, _link);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await question(connection);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return new PostgresError(PostgresFailure.Unreachable, $"{_place} does not answer: {e.GetBaseException().Message}");
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    internal async Task<PostgresResult<T>> AskAsync<T>(Func<NpgsqlConnection, Task<PostgresResult<T>>> question, CancellationToken cancellationToken)
        where T : class
    {
        for (var again = false; ; again = true)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken);
                return await question(connection);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification)
            {
                return new PostgresError(PostgresFailure.OtherPasswords, $"{_place} refuses our login: {e.MessageText}. Put the secrets that it was made with back.");
            }
            catch (NpgsqlException e) when (!again && (e.InnerException is IOException || (e as PostgresException)?.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown))
            {
                _source.Clear(); // The session was one with a server that has been restarted since.
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return new PostgresError(PostgresFailure.Unreachable, $"{_place} does not answer: {e.GetBaseException().Message}");
            }
        }
    }
}
