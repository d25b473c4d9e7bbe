using System.Collections.Concurrent;
using Npgsql;

namespace Banyan.Control.Tests.Keepers;

/// <summary>Inserts numbers one by one for as long as it is left to, over and through crashes, and remembers which were acknowledged.</summary>
internal sealed class Writer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlDataSource _source;
    private readonly Task _work;
    private int _next;

    public Writer(NpgsqlDataSource source, int sessions = 3)
    {
        _source = source;
        _work = Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => WriteAsync()));
    }

    public ConcurrentQueue<int> Acknowledged { get; } = [];

    /// <summary>How often a session was broken or refused.</summary>
    public int Failures { get; private set; }

    public static async Task<Writer> StartAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("CREATE TABLE written (id int PRIMARY KEY, pad text)");
        await command.ExecuteNonQueryAsync();
        return new Writer(source);
    }

    /// <summary>Ends the writing; then says which acknowledged numbers the database lacks.</summary>
    public async Task<IReadOnlyList<int>> StopAndFindLostAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await using var command = _source.CreateCommand("SELECT id FROM written");
        await using var reader = await command.ExecuteReaderAsync();
        var have = new HashSet<int>();
        while (await reader.ReadAsync())
            have.Add(reader.GetInt32(0));
        return [.. Acknowledged.Where(id => !have.Contains(id))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _source.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var id = Interlocked.Increment(ref _next);
            try
            {
                await using var command = _source.CreateCommand("INSERT INTO written VALUES ($1, repeat('x', 500))");
                command.Parameters.Add(new() { Value = id });
                await command.ExecuteNonQueryAsync();
                Acknowledged.Enqueue(id);
            }
            catch (NpgsqlException)
            {
                Failures++;
                await Task.Delay(5);
            }
        }
    }
}
