using System.Collections.Concurrent;
using Banyan.Journal;
using Banyan.Journal.Stranded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Control.Tests.Keepers;

/// <summary>What a cell does to a partition's database: a journal with its sequencer, and changes that are committed one after the other by several sessions.</summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly NpgsqlDataSource _source;
    private Task _work = Task.CompletedTask;

    private JournalWriter(NpgsqlDataSource source, int epoch)
    {
        _source = source;
        _services = new ServiceCollection().AddSingleton(source).AddLogging(l => l.SetMinimumLevel(LogLevel.None))
            .AddJournal(new JournalOptions { Partition = MovingPair.East, Epoch = epoch, LookInterval = TimeSpan.FromMilliseconds(20) }).BuildServiceProvider();
    }

    public ConcurrentQueue<Guid> Acknowledged { get; } = [];

    public StrandedChanges Stranded => _services.GetRequiredService<StrandedChanges>();

    public IJournal Journal => _services.GetRequiredService<IJournal>();

    public static Task<JournalWriter> StartAsync(MovingPair pair, string region, int epoch, int sessions = 3) => StartAsync(pair.World.Connect(MovingPair.East, region), epoch, sessions);

    public static async Task<JournalWriter> StartAsync(NpgsqlDataSource source, int epoch, int sessions = 3)
    {
        await JournalSchema.ApplyAsync(source);
        var writer = new JournalWriter(source, epoch);
        foreach (var service in writer._services.GetServices<IHostedService>())
            await Task.Run(() => service.StartAsync(CancellationToken.None));
        writer._work = Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(writer.WriteAsync)));
        return writer;
    }

    /// <summary>Every id in the journal, numbered or not.</summary>
    public async Task<HashSet<Guid>> IdsAsync()
    {
        await using var command = _source.CreateCommand("SELECT id FROM journal.entry UNION ALL SELECT id FROM journal.inbox");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetGuid(0));
        return ids.Distinct().Count() == ids.Count ? [.. ids] : throw new InvalidOperationException("An id is there twice.");
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var service in _services.GetServices<IHostedService>())
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        await _source.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var one = new JournalEvent { Topic = "test.things", Type = "banyan.test.v1", Data = """{"a":1}""" };
            try
            {
                await Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [one] }, CancellationToken.None);
                Acknowledged.Enqueue(one.Id);
                await Task.Delay(1);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or FencedException)
            {
                await Task.Delay(20);
            }
        }
    }
}
