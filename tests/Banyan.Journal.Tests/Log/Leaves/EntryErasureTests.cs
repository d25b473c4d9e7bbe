using Banyan.Journal.Log.Leaves;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Journal.Tests.Log.Leaves;

public class EntryErasureTests
{
    private const string Anna = "north.Anna";
    private const string Ben = "north.Ben";
    private const string Personal = "people.persons";

    [Fact]
    public async Task Commitment_InTheDatabase_IsOurs()
    {
        await using var it = await JournalUnderTest.StartAsync();
        foreach (var (actor, subject, data) in new[] { ("a", "s", "d"), (null, null, ""), ("ünï", "日本", string.Concat(Enumerable.Repeat("😀", 3000))), ("", "x\ny", "{\"a\":\"\\u0001\"}") })
        {
            var salt = Guid.NewGuid();
            await using var command = it.Source.CreateCommand("SELECT journal.commitment($1, $2, $3, $4)");
            command.Parameters.Add(new() { Value = salt });
            command.Parameters.Add(new() { Value = (object?)actor ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = (object?)subject ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = data });

            (await command.ExecuteScalarAsync()).ShouldBe(LeafCommitment.Compute(salt, actor, subject, data));
        }
    }

    [Fact]
    public async Task EraseAsync_APersonsEntries_KeepsEveryLeafAndNothingOfThePerson()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await AddAsync(it, Personal, Anna, Anna, "born in Mombasa");
        await AddAsync(it, Personal, Ben, Ben, "born in Kisumu");
        await AddAsync(it, "disaster.alerts", "alert/1", Anna, "flood ahead");
        await AddAsync(it, Personal, Anna, null, "by the platform: Mombasa again");
        await AddAsync(it, Personal, Anna, null, "deleted before", "gone.v1");
        var before = await ReadAsync(it);

        (await EraseAsync(it, Anna)).ShouldBe(3);

        var after = await ReadAsync(it);
        after.Select(EntryLeaf.Of).ShouldBe(before.Select(EntryLeaf.Of));
        after.Select(static e => e.IsErased).ShouldBe([true, false, false, true, false]);
        (after[2].Actor, after[2].Salt, after[2].Subject, after[2].Data).ShouldBe((null, null, "alert/1", "flood ahead"));
        after[1].ShouldBe(before[1]);
        (after[4].Subject, after[4].Data).ShouldBe((Anna, "deleted before"));
        var text = await it.ScalarAsync<string>("SELECT string_agg(e::text, ' ') FROM journal.entry e WHERE type <> 'gone.v1'");
        foreach (var gone in before.Where(e => e.Type != "gone.v1" && (e.Subject == Anna || e.Actor == Anna)).SelectMany(static e => new[] { e.Salt!.Value.ToString(), e.TraceParent! }).Concat([Anna, "Mombasa"]))
            text.ShouldNotContain(gone);
    }

    [Fact]
    public async Task EraseAsync_AgainAndForAnother_LeavesLeavesAsTheyWere()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await AddAsync(it, Personal, Ben, Anna, "Anna looked at Ben");
        var leaves = (await ReadAsync(it)).ConvertAll(EntryLeaf.Of);

        (await EraseAsync(it, Anna)).ShouldBe(1); // the actor alone
        (await ReadAsync(it)).Single().Data.ShouldBe("Anna looked at Ben");
        (await EraseAsync(it, Anna)).ShouldBe(0);
        (await EraseAsync(it, Ben)).ShouldBe(1);

        (await ReadAsync(it)).Select(EntryLeaf.Of).ShouldBe(leaves);
        (await ReadAsync(it)).Single().IsErased.ShouldBeTrue();
    }

    [Fact]
    public async Task EraseAsync_EntryWithoutPosition_IsErasedBeforeItGetsOne()
    {
        await using var it = await JournalUnderTest.StartAsync(run: false);
        await it.Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [Event(Personal, Anna, Anna, "in the inbox")] }, CancellationToken.None);
        var salt = await it.ScalarAsync<Guid>("SELECT salt FROM journal.inbox");
        (await EraseAsync(it, Anna)).ShouldBe(1);

        it.Run();

        var entry = (await it.TakeAsync(1)).Single();
        (entry.IsErased, entry.Actor, entry.Subject, entry.Salt, entry.TraceParent).ShouldBe((true, null, null, null, null));
        entry.Commitment.ShouldBe(LeafCommitment.Compute(salt, Anna, Anna, "in the inbox"));
    }

    [Fact]
    public async Task Forget_LiveEntries_AreReadErasedFromTheDatabase()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var follower = it.Journal.FollowAsync(0, null, CancellationToken.None).GetAsyncEnumerator();
        await AddAsync(it, Personal, Ben, Ben, "first");
        (await follower.MoveNextAsync()).ShouldBeTrue(); // from now on entries are kept in memory
        await AddAsync(it, Personal, Anna, Anna, "second");
        await AddAsync(it, Personal, Ben, Ben, "third");
        await EraseAsync(it, Anna);
        it.Journal.Erasure.Forget(Anna);

        (await follower.MoveNextAsync()).ShouldBeTrue();
        follower.Current.IsErased.ShouldBeTrue();
        (await follower.MoveNextAsync()).ShouldBeTrue();
        follower.Current.Data.ShouldBe("third");
    }

    [Fact]
    public async Task EraseAsync_AnyEntriesOfAnybody_NeverChangesALeaf()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var people = new[] { Anna, Ben, "north.Carol" };
        var entries = Gen.Sample(Gen.Zip(Gen.Zip(Gen.Elements(people), Gen.Elements(people)), Gen.Zip(Gen.Elements(Personal, "disaster.alerts"), ArbMap.Default.GeneratorFor<NonNull<string>>())), 200, 20).ToList();
        foreach (var ((subject, actor), (topic, data)) in entries)
            await AddAsync(it, topic, subject, actor, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(data.Get.Replace("\0", "", StringComparison.Ordinal))) + "!");
        var leaves = (await ReadAsync(it)).ConvertAll(EntryLeaf.Of);

        foreach (var person in people)
        {
            await EraseAsync(it, person);
            (await ReadAsync(it)).Select(EntryLeaf.Of).ShouldBe(leaves);
        }

        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE salt IS NOT NULL OR actor IS NOT NULL")).ShouldBe(0);
    }

    private static JournalEvent Event(string topic, string subject, string? actor, string data, string type = "test.v1") =>
        new() { Topic = topic, Type = type, Subject = subject, Actor = actor, Data = data, TraceParent = $"trace-{Guid.NewGuid()}" };

    private static Task AddAsync(JournalUnderTest it, string topic, string subject, string? actor, string data, string type = "test.v1") =>
        it.Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [Event(topic, subject, actor, data, type)] }, CancellationToken.None);

    private static async Task<List<JournalEntry>> ReadAsync(JournalUnderTest it)
    {
        await JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>("SELECT count(*) FROM journal.inbox") == 0, "every entry has its position");
        return [.. await it.Journal.ReadAsync(0, 1000, null, CancellationToken.None)];
    }

    private static async Task<long> EraseAsync(JournalUnderTest it, string person)
    {
        await using var connection = await it.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var touched = await EntryErasure.EraseAsync(transaction, person, [Personal], ["gone.v1"], CancellationToken.None);
        await transaction.CommitAsync();
        return touched;
    }
}
