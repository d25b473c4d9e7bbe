using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>
/// Many writers with random rollbacks, delays and killed connections, against followers that start at random times. What
/// each writer does follows from the seed, which is printed: set BANYAN_SEED to run it again.
/// </summary>
public class StressTests(ITestOutputHelper output)
{
    private const int Writers = 12;
    private const int ChangesPerWriter = 40;

    [Fact]
    public async Task Journal_WritersAtOnceWithRollbacksAndKills_FollowersSeeExactlyWhatWasCommitted()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BANYAN_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var it = await JournalUnderTest.StartAsync(o => o with { MoveLimit = 50, SegmentSize = 200, SegmentSizeLimit = 200, LiveEntries = 64 });
        var committed = new ConcurrentBag<string[]>();
        using var over = new CancellationTokenSource(JournalUnderTest.Patience);
        var killer = KillAsync(it, new Random(seed), over.Token);
        var early = CollectAsync(it);
        var late = new List<Task<List<JournalEntry>>>();
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(it, w, new Random(seed + w + 1), committed))).ToList();
        for (var i = 0; i < 6; i++)
        {
            await Task.WhenAny(Task.WhenAll(writers), Task.Delay(20));
            late.Add(CollectAsync(it));
        }

        await Task.WhenAll(writers);
        await over.CancelAsync();
        await killer;
        var expected = committed.SelectMany(c => c).Append("end").Order(StringComparer.Ordinal).ToList();
        await JournalUnderTest.UntilAsync(async () => await TryCommitAsync(it, "end"), "the last change is committed");

        foreach (var seen in new[] { await early }.Concat(await Task.WhenAll(late)))
        {
            seen.Select(e => e.Position).ShouldBe(Enumerable.Range(1, seen.Count).Select(i => (long)i), $"seed {seed}");
            seen.Select(e => e.Data).Order(StringComparer.Ordinal).ShouldBe(expected, customMessage: $"seed {seed}", ignoreOrder: false);
            var place = seen.ToDictionary(e => e.Data, e => e.Position);
            foreach (var change in committed)
                change.Select(d => place[d]).ShouldBeInOrder(SortDirection.Ascending, $"the order within a change, seed {seed}");
        }
    }

    private static async Task<bool> TryCommitAsync(JournalUnderTest it, string data)
    {
        try
        {
            await it.Journal.CommitAsync(new Change { Key = Key(data), Answer = new StoredAnswer(200), Events = [JournalUnderTest.Event(data)] }, CancellationToken.None);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(JournalUnderTest it, int writer, Random random, ConcurrentBag<string[]> committed)
    {
        for (var i = 0; i < ChangesPerWriter; i++)
        {
            var data = Enumerable.Range(0, random.Next(1, 5)).Select(n => $"{writer}-{i}-{n}").ToArray();
            var (session, rollBack, delay) = (random.Next(2) == 0, random.Next(5) == 0, random.Next(4));
            while (true)
            {
                try
                {
                    if (session ? await WriteInSessionAsync(it, data, rollBack, delay) : await WriteAtOnceAsync(it, data, rollBack))
                        committed.Add(data);
                    break;
                }
                catch (NpgsqlException)
                {
                    // Killed: whether it was committed is not known. The key makes it safe to ask again.
                }
            }
        }
    }

    private static async Task<bool> WriteAtOnceAsync(JournalUnderTest it, string[] data, bool rollBack)
    {
        if (rollBack)
            return false;
        await it.Journal.CommitAsync(new Change { Key = Key(data[0]), Answer = new StoredAnswer(200), Events = [.. data.Select(d => JournalUnderTest.Event(d))] }, CancellationToken.None);
        return true;
    }

    private static async Task<bool> WriteInSessionAsync(JournalUnderTest it, string[] data, bool rollBack, int delay)
    {
        await using var session = await it.Journal.BeginAsync(Key(data[0]), CancellationToken.None);
        if (session.Settled is not null)
            return true;

        // One event is in the inbox before the delay: its ordinal is taken early, its commit comes late.
        await it.Journal.AppendAsync(session.Transaction, JournalUnderTest.Event(data[0]), CancellationToken.None);
        await Task.Delay(delay);
        if (rollBack)
            return false;
        foreach (var rest in data[1..])
            session.Append(JournalUnderTest.Event(rest));
        await session.CommitAsync(new StoredAnswer(200), CancellationToken.None);
        return true;
    }

    private static async Task<List<JournalEntry>> CollectAsync(JournalUnderTest it)
    {
        using var patience = new CancellationTokenSource(JournalUnderTest.Patience);
        var seen = new List<JournalEntry>();
        while (true)
        {
            try
            {
                await foreach (var entry in it.Journal.FollowAsync(seen.Count, null, patience.Token))
                {
                    seen.Add(entry);
                    if (entry.Data == "end")
                        return seen;
                }
            }
            catch (NpgsqlException)
            {
                // Its connection was killed while it read: it goes on where it was.
            }
        }
    }

    // Any connection of this database may die at any moment, the sequencer's in the middle of a move included.
    private static async Task KillAsync(JournalUnderTest it, Random random, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(it.ConnectionString + ";Pooling=false");
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(random.Next(5, 40), CancellationToken.None);
            await using var kill = source.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1");
            await kill.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static IdempotencyKey Key(string data) => new("stress", data, SHA256.HashData(Encoding.UTF8.GetBytes(data)));
}
