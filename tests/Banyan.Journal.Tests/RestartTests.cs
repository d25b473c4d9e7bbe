using System.Security.Cryptography;
using System.Text;
using Banyan.Journal.Following;
using Banyan.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>The database goes away as with <c>kill -9</c>, and comes back.</summary>
public class RestartTests
{
    [Fact]
    public async Task Journal_DatabaseIsKilledWhileChangesArrive_NothingIsLostOrDoubled()
    {
        await using var server = await OwnPostgresServer.StartAsync();
        await using var it = await JournalUnderTest.StartAsync(connectionString: server.ConnectionString);
        await it.ExecuteAsync("CREATE TABLE effect (data text)");
        using var follower = new Recording(it);
        await follower.StartAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var acknowledged = new int[4];
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() => WriteAsync(it, w, acknowledged, stop.Token))).ToList();
        for (var round = 0; round < 2; round++)
        {
            var before = acknowledged.Sum();
            await JournalUnderTest.UntilAsync(() => Task.FromResult(acknowledged.Sum() > before + 40), "changes are acknowledged");
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        var after = acknowledged.Sum();
        await JournalUnderTest.UntilAsync(() => Task.FromResult(acknowledged.Sum() > after + 40), "changes are acknowledged again");
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var all = acknowledged.SelectMany((n, w) => Enumerable.Range(0, n).Select(i => $"{w}-{i}")).Order(StringComparer.Ordinal).ToList();
        var entries = await it.TakeAsync(all.Count);
        entries.Select(e => e.Position).ShouldBe(Enumerable.Range(1, all.Count).Select(i => (long)i));
        entries.Select(e => e.Data).Order(StringComparer.Ordinal).ShouldBe(all);
        await JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>("SELECT count(*) FROM effect") >= all.Count, "the follower has handled all");
        await follower.StopAsync(CancellationToken.None);
        (await it.ScalarAsync<string[]>("SELECT array_agg(data ORDER BY data COLLATE \"C\") FROM effect")).ShouldBe(all);
    }

    // Asks until it is acknowledged; the key makes that safe. Ends between two changes, so that all of them are known.
    private static async Task WriteAsync(JournalUnderTest it, int writer, int[] acknowledged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var data = $"{writer}-{acknowledged[writer]}";
            var change = new Change { Key = new IdempotencyKey("restart", data, SHA256.HashData(Encoding.UTF8.GetBytes(data))), Answer = new StoredAnswer(200), Events = [JournalUnderTest.Event(data)] };
            try
            {
                await it.Journal.CommitAsync(change, CancellationToken.None);
                acknowledged[writer]++;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private sealed class Recording(JournalUnderTest it)
        : JournalFollower(new JournalFollowing(it.Journal, it.Cursors, it.Source, TimeProvider.System, NullLoggerFactory.Instance))
    {
        public override string Name => "test.restart";

        protected override async Task HandleAsync(IReadOnlyList<JournalEntry> entries, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        {
            foreach (var entry in entries)
            {
                await using var insert = new NpgsqlCommand("INSERT INTO effect VALUES ($1)", transaction.Connection, transaction) { Parameters = { new() { Value = entry.Data } } };
                await insert.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }
}
