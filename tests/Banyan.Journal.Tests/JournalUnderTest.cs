using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>A journal in a database of its own, with its sequencer running unless a test wants to run that itself.</summary>
internal sealed class JournalUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private JournalUnderTest(NpgsqlDataSource source, JournalOptions options, string connectionString, IWriteFence? fence)
    {
        ConnectionString = connectionString;
        Source = source;
        Options = options;
        Journal = new PostgresJournal(source, options, Status, TimeProvider.System, NullLoggerFactory.Instance, fence: fence);
        Cursors = new Following.PostgresJournalCursors(source, fence);
    }

    /// <summary>How long anything here may take before a test gives up on it.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(30);

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public JournalOptions Options { get; }

    public PostgresJournal Journal { get; }

    public IJournalCursors Cursors { get; }

    public JournalStatus Status { get; } = new();

    public static async Task<JournalUnderTest> StartAsync(Func<JournalOptions, JournalOptions>? change = null, string? connectionString = null, bool run = true, IWriteFence? fence = null)
    {
        connectionString ??= await Banyan.Testing.PostgresServer.CreateDatabaseAsync();
        var source = NpgsqlDataSource.Create(JournalConnection.Tune(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 30 }));
        await JournalSchema.ApplyAsync(source);
        var options = new JournalOptions { Partition = "test", LookInterval = TimeSpan.FromMilliseconds(50) };
        var journal = new JournalUnderTest(source, change?.Invoke(options) ?? options, connectionString, fence);
        if (run)
            journal.Run();
        return journal;
    }

    /// <summary>The journal of a copy of this database as it is now; nobody may use this one meanwhile.</summary>
    public async Task<JournalUnderTest> CloneAsync(bool run, Func<JournalOptions, JournalOptions>? change = null)
    {
        await StopAsync();
        await Source.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        var copy = await Banyan.Testing.PostgresServer.CreateDatabaseAsync(new NpgsqlConnectionStringBuilder(ConnectionString).Database);
        return await StartAsync(change, copy, run);
    }

    /// <summary>The same journal after a restart.</summary>
    public Task<JournalUnderTest> AgainAsync() => StartAsync(_ => Options, ConnectionString);

    public void Run() => _running = Journal.Sequencer.RunAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Journal.Dispose();
        await Source.DisposeAsync();
        _stop.Dispose();
    }

    public static JournalEvent Event(string data, string topic = "test.things") => new() { Topic = topic, Type = "banyan.test.v1", Data = data };

    public Task<ChangeOutcome> CommitAsync(params string[] data) =>
        Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [.. data.Select(d => Event(d))] }, CancellationToken.None);

    /// <summary>The next entries of a follower; fails when they don't come.</summary>
    public async Task<List<JournalEntry>> TakeAsync(int count, long after = 0, IReadOnlySet<string>? topics = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var taken = new List<JournalEntry>();
        await foreach (var entry in Journal.FollowAsync(after, topics, patience.Token))
        {
            taken.Add(entry);
            if (taken.Count == count)
                break;
        }

        return taken;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            if (patience.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience} in vain until {what}.");
            await Task.Delay(10);
        }
    }
}
