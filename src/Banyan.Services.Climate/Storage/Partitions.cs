using System.Globalization;
using Npgsql;

namespace Banyan.Services.Climate.Storage;

/// <summary>
/// The partitions of a table that is cut by time. Made on demand, dropped by retention. Thread-safe.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="table">The table in schema climate; a partition is <c>table_n</c>, or <c>table_m1</c> for n = -1.</param>
/// <param name="span">The width of a partition, in nanoseconds.</param>
/// <param name="max">How many there may be.</param>
internal sealed class Partitions(NpgsqlDataSource source, string table, long span, int max) : IDisposable
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile HashSet<long>? _known;

    /// <summary>Whether a partition is known to exist: false may also mean that nobody looked.</summary>
    public bool Has(long number) => _known?.Contains(number) == true;

    /// <summary>Makes the partitions that are missing.</summary>
    /// <returns>False where that would be more than there may be; none is made then.</returns>
    public async Task<bool> EnsureAsync(IReadOnlySet<long> numbers, CancellationToken cancellationToken)
    {
        if (_known is { } known && numbers.IsSubsetOf(known))
            return true;
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var now = new HashSet<long>(await ListAsync(cancellationToken));
            var missing = numbers.Except(now).Order().ToList();
            if (now.Count + missing.Count > max)
            {
                _known = now;
                return false;
            }

            foreach (var number in missing)
            {
                await CreateAsync(number, cancellationToken);
                now.Add(number);
            }

            _known = now;
            return true;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The partitions that exist, in order.</summary>
    public async Task<IReadOnlyList<long>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1) AND NOT i.inhdetachpending");
        command.Parameters.AddWithValue($"climate.{table}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var numbers = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var number = reader.GetString(0)[(table.Length + 1)..].Replace('m', '-');
            numbers.Add(long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Drops a partition with all that it holds.</summary>
    public async Task DropAsync(long number, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            _known = _known is null ? null : [.. _known.Where(n => n != number)];
            await using var command = source.CreateCommand($"DROP TABLE IF EXISTS climate.{Name(number)}");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A partition's name in schema climate.</summary>
    public string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"{table}_{(number < 0 ? "m" : "")}{Math.Abs(number)}");

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    /// <summary>
    /// Made beside the table and then attached: that locks out nobody who reads or writes, as CREATE TABLE … PARTITION OF
    /// would. The width of rows that stay in the page is the page's: most blocks are shorter, and then there is no second row to fetch.
    /// </summary>
    private async Task CreateAsync(long number, CancellationToken cancellationToken)
    {
        var name = Name(number);
        var from = Bound(number);
        var to = Bound(number + 1);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"CREATE TABLE IF NOT EXISTS climate.{name} (LIKE climate.{table} INCLUDING DEFAULTS INCLUDING STORAGE) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.1)"),
                new($"ALTER TABLE climate.{table} ATTACH PARTITION climate.{name} FOR VALUES FROM ({from}) TO ({to})"),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Bound(long number) => (number * span).ToString(CultureInfo.InvariantCulture);
}
