using System.Text;
using System.Text.Json;
using Banyan.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Rules;

/// <summary>What a change of a rule came to.</summary>
internal enum RuleChange
{
    Made,
    Replaced,
    Deleted,
    NotThere,
    TooMany,
}

/// <summary>Where a rule has fired.</summary>
/// <param name="Series">The series.</param>
/// <param name="Tags">Its tags, as JSON.</param>
/// <param name="Since">When.</param>
/// <param name="Value">The value it fired with.</param>
internal sealed record RuleFired(long Series, string Tags, DateTimeOffset Since, double Value);

/// <summary>Rules in the database. Changes go through the journal. Thread-safe.</summary>
internal sealed class RuleStore(NpgsqlDataSource source, RuleBook book, TimeProvider time) : IDisposable
{
    /// <summary>How many rules a cell takes.</summary>
    public const int MaxRules = 1_000;

    private readonly SemaphoreSlim _loading = new(1, 1);

    /// <summary>Reads the rules into the book.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            await using var command = source.CreateCommand("SELECT name, definition::text, version FROM climate.rule ORDER BY name");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rules = new List<Rule>();
            while (await reader.ReadAsync(cancellationToken))
            {
                // What was stored was checked; a rule that an older version took and this one does not is left out, and shown by GET.
                if (RuleJson.Read(Encoding.UTF8.GetBytes(reader.GetString(1)), out _) is { } definition && RuleValidator.Check(reader.GetString(0), reader.GetInt64(2), definition, []) is { } rule)
                    rules.Add(rule);
            }

            book.Replace(rules);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Writes a rule, in the change's transaction. Where it asks something else than before, it is armed everywhere.</summary>
    public async Task<RuleChange> PutAsync(ChangeSession change, Rule rule, CancellationToken cancellationToken)
    {
        var old = await LockAsync(change, rule.Name, cancellationToken);
        if (old.Definition is null && old.Count >= MaxRules)
            return RuleChange.TooMany;
        var json = JsonSerializer.Serialize(rule.Definition, RuleJson.Default.RuleDefinition);
        await using (var put = new NpgsqlCommand(
            "INSERT INTO climate.rule (name, definition, version, changed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET definition = EXCLUDED.definition, version = EXCLUDED.version, changed_at = EXCLUDED.changed_at",
            change.Transaction.Connection, change.Transaction))
        {
            put.Parameters.AddWithValue(rule.Name);
            put.Parameters.AddWithValue(NpgsqlDbType.Jsonb, json);
            put.Parameters.AddWithValue(old.Version + 1);
            put.Parameters.AddWithValue(time.GetUtcNow().UtcDateTime);
            await put.ExecuteNonQueryAsync(cancellationToken);
        }

        if (old.Definition is not null && RuleValidator.Check(rule.Name, 0, old.Definition, [])?.AsksTheSame(rule) != true)
            await ForgetAsync(change, rule.Name, cancellationToken);
        change.Append(new JournalEvent { Topic = ClimateTopics.Rules, Type = "banyan.climate.rule.put.v1", Subject = rule.Name, Data = json });
        return old.Definition is null ? RuleChange.Made : RuleChange.Replaced;
    }

    /// <summary>Deletes a rule, in the change's transaction.</summary>
    public static async Task<RuleChange> DeleteAsync(ChangeSession change, string name, CancellationToken cancellationToken)
    {
        await using var delete = new NpgsqlCommand("DELETE FROM climate.rule WHERE name = $1", change.Transaction.Connection, change.Transaction);
        delete.Parameters.AddWithValue(name);
        if (await delete.ExecuteNonQueryAsync(cancellationToken) == 0)
            return RuleChange.NotThere;
        change.Append(new JournalEvent { Topic = ClimateTopics.Rules, Type = "banyan.climate.rule.deleted.v1", Subject = name, Data = "{}" });
        return RuleChange.Deleted;
    }

    /// <summary>The rules as they were written, by name; or the one of a name.</summary>
    public async Task<IReadOnlyList<(string Name, string Definition, long Version)>> ListAsync(string? name, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT name, definition::text, version FROM climate.rule WHERE $1 IS NULL OR name = $1 ORDER BY name");
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = name, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rules = new List<(string, string, long)>();
        while (await reader.ReadAsync(cancellationToken))
            rules.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        return rules;
    }

    /// <summary>Where a rule has fired and is not armed again, at most 1,000 series.</summary>
    public async Task<IReadOnlyList<RuleFired>> FiredAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "SELECT r.series, s.tags::text, r.since, r.value FROM climate.rule_state r JOIN climate.series s ON s.id = r.series WHERE r.rule = $1 AND r.fired ORDER BY r.since LIMIT 1000");
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fired = new List<RuleFired>();
        while (await reader.ReadAsync(cancellationToken))
            fired.Add(new RuleFired(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetDouble(3)));
        return fired;
    }

    /// <inheritdoc/>
    public void Dispose() => _loading.Dispose();

    private static async Task<(RuleDefinition? Definition, long Version, long Count)> LockAsync(ChangeSession change, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT (SELECT count(*) FROM climate.rule), r.definition::text, r.version FROM (SELECT 1) one LEFT JOIN (SELECT definition, version FROM climate.rule WHERE name = $1 FOR UPDATE) r ON true",
            change.Transaction.Connection, change.Transaction);
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (await reader.IsDBNullAsync(1, cancellationToken))
            return (null, 0, reader.GetInt64(0));
        return (RuleJson.Read(Encoding.UTF8.GetBytes(reader.GetString(1)), out _) ?? new RuleDefinition(), reader.GetInt64(2), reader.GetInt64(0));
    }

    private static async Task ForgetAsync(ChangeSession change, string name, CancellationToken cancellationToken)
    {
        await using var forget = new NpgsqlCommand("DELETE FROM climate.rule_state WHERE rule = $1", change.Transaction.Connection, change.Transaction);
        forget.Parameters.AddWithValue(name);
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }
}
