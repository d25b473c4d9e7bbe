using System.Reflection;
using Npgsql;

namespace Banyan.Journal;

/// <summary>The journal's own tables, in schema <c>journal</c>.</summary>
public static class JournalSchema
{
    private const string Prefix = "Banyan.Journal.Schema.";

    /// <summary>Any number that nobody else uses: two processes that start at once take turns.</summary>
    private const long LockKey = 0x62616E79616E_01;

    /// <summary>How many steps the schema has that this version knows.</summary>
    public static int Steps { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames().Count(static n => n.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>
    /// Brings the schema up to date. MAY be called by several processes at once, and again at every start; does nothing
    /// where nothing is to be done. All or nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The database holds a newer schema than this version knows.</exception>
    /// <exception cref="NpgsqlException">The database refused, or is away.</exception>
    public static async Task ApplyAsync(NpgsqlDataSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var steps = ReadSteps();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var done = await PrepareAsync(connection, cancellationToken);
        if (done > steps.Count)
            throw new InvalidOperationException($"The journal's schema is at step {done}, this version knows {steps.Count}: run the version of banyan that made this database, or a newer one.");
        for (var i = done; i < steps.Count; i++)
        {
            await ExecuteAsync(connection, steps[i].Sql, cancellationToken);
            await using var record = new NpgsqlCommand("INSERT INTO journal.schema_step (number, name) VALUES ($1, $2)", connection) { Parameters = { new() { Value = i + 1 }, new() { Value = steps[i].Name } } };
            await record.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock($1)", connection) { Parameters = { new() { Value = LockKey } } })
            await take.ExecuteNonQueryAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT to_regclass('journal.schema_step') IS NOT NULL", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS journal; CREATE TABLE journal.schema_step (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())", cancellationToken);
            return 0;
        }

        await using var count = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM journal.schema_step", connection);
        return (int)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<(string Name, string Sql)> ReadSteps()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var steps = new List<(string, string)>();
        foreach (var name in assembly.GetManifestResourceNames().Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            steps.Add((name[Prefix.Length..], reader.ReadToEnd()));
        }

        return steps;
    }
}
