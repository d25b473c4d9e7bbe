using Banyan.Journal;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Queries;
using Banyan.Services.Climate.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Rules;

/// <summary>
/// Looks whether a rule holds for some series, and writes down where that changed: that it fired together with the request for the
/// alert, in one transaction, so that it is asked for exactly once whatever dies when. Thread-safe.
/// </summary>
internal sealed class RuleEvaluator(NpgsqlDataSource source, IJournal journal, Aggregator aggregator, SeriesFinder finder, TimeProvider time)
{
    /// <summary>Readings whose time is this far ahead of the clock count as now: sensors' clocks are not ours.</summary>
    private const long Skew = Instants.Minute;

    /// <summary>Evaluates a rule.</summary>
    /// <returns>How many alerts were asked for.</returns>
    public async Task<int> EvaluateAsync(Rule rule, IReadOnlyList<FoundSeries> series, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var to = Instants.FromDateTime(now) + Skew;
        var fields = (await finder.FieldsAsync(series.Select(static s => s.MeasurementId), rule.Field, cancellationToken)).ToDictionary(static f => f.Key, static f => f.Single());
        var asked = 0;
        foreach (var measurement in series.GroupBy(static s => s.MeasurementId))
        {
            if (!fields.TryGetValue(measurement.Key, out var field) || field.Kind == FieldKind.String)
                continue;
            var byId = measurement.ToDictionary(static s => s.Id);
            var spans = await aggregator.RunAsync(byId.Keys, field, to - Skew - rule.Window + 1, to, 0, cancellationToken);
            var fired = await FiredAsync(rule, [.. spans.Keys], cancellationToken);

            // Without readings there is nothing to say: a dead sensor neither fires a rule nor arms it.
            foreach (var (id, buckets) in spans)
            {
                var span = buckets[0];
                var value = rule.Function.Of(field.Kind, span);
                if (!fired.Contains(id) && rule.Holds(value))
                    asked += await FireAsync(rule, byId[id], value, span, now, cancellationToken) ? 1 : 0;
                else if (fired.Contains(id) && rule.Rearms(value))
                    await RearmAsync(rule, id, value, now, cancellationToken);
            }
        }

        return asked;
    }

    private async Task<HashSet<long>> FiredAsync(Rule rule, long[] series, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT series FROM climate.rule_state WHERE rule = $1 AND fired AND series = ANY ($2)");
        command.Parameters.AddWithValue(rule.Name);
        command.Parameters.Add(Storage.BlockLoader.Longs(series));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fired = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
            fired.Add(reader.GetInt64(0));
        return fired;
    }

    private async Task<bool> FireAsync(Rule rule, FoundSeries series, double value, Aggregate span, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // No row comes back where another was first, or where the rule was changed or deleted meanwhile.
        await using (var command = new NpgsqlCommand(
            """
            INSERT INTO climate.rule_state AS s (rule, series, fired, since, value)
            SELECT r.name, $3, true, $4, $5 FROM (SELECT name FROM climate.rule WHERE name = $1 AND version = $2 FOR SHARE) r
            ON CONFLICT (rule, series) DO UPDATE SET fired = true, since = EXCLUDED.since, value = EXCLUDED.value WHERE NOT s.fired
            """, connection, transaction))
        {
            command.Parameters.AddWithValue(rule.Name);
            command.Parameters.AddWithValue(rule.Version);
            command.Parameters.AddWithValue(series.Id);
            command.Parameters.AddWithValue(now.UtcDateTime);
            command.Parameters.AddWithValue(NpgsqlDbType.Double, value);
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
                return false;
        }

        await journal.AppendAsync(transaction, AlertRequest.Create(rule, series, value, span, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        journal.Signal();
        return true;
    }

    private async Task RearmAsync(Rule rule, long series, double value, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("UPDATE climate.rule_state SET fired = false, since = $3, value = $4 WHERE rule = $1 AND series = $2 AND fired");
        command.Parameters.AddWithValue(rule.Name);
        command.Parameters.AddWithValue(series);
        command.Parameters.AddWithValue(now.UtcDateTime);
        command.Parameters.AddWithValue(NpgsqlDbType.Double, value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
