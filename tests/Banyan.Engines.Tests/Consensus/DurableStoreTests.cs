using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Engines.Consensus.Single;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>The single store with a folder, and what it keeps there.</summary>
public sealed class DurableStoreTests : ConsensusCompliance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-store-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(_folder, "store.log");

    protected override Task<IConsensusStore> OpenAsync() => Task.FromResult<IConsensusStore>(Open());

    [Fact]
    public async Task Open_Again_HasValuesWithTheirRevisionsAndTheWatchGoesOn()
    {
        StoreSnapshot before;
        long first;
        await using (var store = Open())
        {
            first = (await store.CommitAsync([], [new StoreWrite("a", "1"), new StoreWrite("gone", "x")], Stop)).Revision;
            await store.CommitAsync([], [new StoreWrite("gone", null)], Stop);
            await store.CommitAsync([], [new StoreWrite("b", "ü\n\"")], Stop);
            before = await store.ListAsync("", Stop);
        }

        for (var times = 0; times < 2; times++)
        {
            await using var again = Open();
            var list = await again.ListAsync("", Stop);
            (list.Revision, list.Values.Count).ShouldBe((before.Revision, 2));
            list.Values.ShouldBe(before.Values);
            (await again.CommitAsync([new StoreCondition("a", first)], [], Stop)).Made.ShouldBeTrue();
            await using var watch = again.WatchAsync("", first, Stop).GetAsyncEnumerator(Stop);
            (await watch.MoveNextAsync()).ShouldBeTrue();
            watch.Current.ShouldBe(new StoreChange("gone", null, first + 1));
        }
    }

    [Fact]
    public async Task Open_Again_GivesEachLeaseItsFullTimeAnew()
    {
        var time = new ManualTime();
        StoreLease lease, ended;
        await using (var store = SingleStore.Open(_folder, time))
        {
            lease = await store.GrantAsync(TimeSpan.FromSeconds(10), Stop);
            ended = await store.GrantAsync(TimeSpan.FromSeconds(5), Stop);
            await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id), new StoreWrite("lost", "y", ended.Id)], Stop);
            time.Advance(TimeSpan.FromSeconds(9));
            (await store.RenewAsync(ended.Id, Stop)).ShouldBeFalse();
            (await store.CommitAsync([], [new StoreWrite("kept", "z")], Stop)).Made.ShouldBeTrue(); // Behind the end of the lease.
        }

        await using var again = SingleStore.Open(_folder, time);
        (await again.GetAsync("lost", Stop)).ShouldBeNull();
        (await again.RenewAsync(ended.Id, Stop)).ShouldBeFalse();
        time.Advance(lease.TimeToLive - TimeSpan.FromMilliseconds(1));
        (await again.GetAsync("held", Stop))!.Lease.ShouldBe(lease.Id);
        time.Advance(TimeSpan.FromMilliseconds(1));
        (await again.RenewAsync(lease.Id, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Open_FileTornAnywhereInItsEnd_KeepsEveryWholeCommit()
    {
        var whole = new List<long> { 0 };
        await using (var store = Open())
        {
            whole[0] = new FileInfo(FilePath).Length;
            for (var i = 0; i < 3; i++)
            {
                await store.CommitAsync([], [new StoreWrite("n", $"{i}")], Stop);
                whole.Add(new FileInfo(FilePath).Length);
            }
        }

        var bytes = await File.ReadAllBytesAsync(FilePath, Stop);
        bytes.Length.ShouldBe((int)whole[^1]);
        for (var length = whole[0]; length < bytes.Length; length++)
        {
            // Cut off; and as file systems do that give room before they write: zeros to the full length.
            foreach (var torn in (byte[][])[bytes[..(int)length], [.. bytes[..(int)length], .. new byte[bytes.Length - length]]])
            {
                await File.WriteAllBytesAsync(FilePath, torn, Stop);
                await using var again = Open();
                var expected = whole.FindLastIndex(w => w <= length) - 1;
                (await again.GetAsync("n", Stop))?.Value.ShouldBe($"{expected}");
                (await again.ListAsync("", Stop)).Revision.ShouldBe(expected + 1);
                (await again.CommitAsync([], [new StoreWrite("more", "1")], Stop)).Revision.ShouldBe(expected + 2);
            }
        }
    }

    [Fact]
    public async Task Open_AnyByteDamagedThatWasOnDisk_IsRefusedWithItsPlace()
    {
        await using (var store = Open())
        {
            for (var i = 0; i < 3; i++)
                await store.CommitAsync([], [new StoreWrite("n", $"value-{i}")], Stop);
        }

        var bytes = await File.ReadAllBytesAsync(FilePath, Stop);
        for (var at = 0; at < bytes.Length - 1; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x15;
            await File.WriteAllBytesAsync(FilePath, damaged, Stop);
            var refused = Should.Throw<InvalidDataException>(Open, $"byte {at}");
            refused.Message.ShouldContain(FilePath);
            refused.Message.ShouldContain("damaged at byte");
        }

        // Lost in the middle, with what came later still there.
        await File.WriteAllBytesAsync(FilePath, [.. bytes[..100], .. new byte[20], .. bytes[120..]], Stop);
        Should.Throw<InvalidDataException>(Open);
        await File.WriteAllBytesAsync(FilePath, bytes, Stop);
        await using var mended = Open();
        (await mended.GetAsync("n", Stop))!.Value.ShouldBe("value-2");
    }

    [Fact]
    public async Task Commit_FileHasGrown_IsBegunAnewAndLosesNothing()
    {
        var options = new StoreOptions { SmallestRewrite = 4096 };
        StoreLease lease;
        await using (var store = SingleStore.Open(_folder, BootTime.Instance, options))
        {
            lease = await store.GrantAsync(TimeSpan.FromMinutes(1), Stop);
            await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id)], Stop);
            var longest = 0L;
            for (var i = 0; i < 500; i++)
            {
                await store.CommitAsync([], [new StoreWrite($"k/{i % 5}", $"{i}")], Stop);
                longest = Math.Max(longest, new FileInfo(FilePath).Length);
            }

            longest.ShouldBeInRange(4096, 3 * 4096);
        }

        await using var again = SingleStore.Open(_folder, BootTime.Instance, options);
        (await again.ListAsync("k/", Stop)).Values.Select(static v => v.Value).ShouldBe(["495", "496", "497", "498", "499"]);
        (await again.GetAsync("held", Stop))!.Lease.ShouldBe(lease.Id);
        (await again.RenewAsync(lease.Id, Stop)).ShouldBeTrue();
        await Should.ThrowAsync<ConsensusCompactedException>(async () => await again.WatchAsync("", 1, Stop).GetAsyncEnumerator(Stop).MoveNextAsync());
    }

    [Fact]
    public async Task Open_SomeoneHasIt_IsRefused()
    {
        await using var store = Open();
        Should.Throw<IOException>(Open).Message.ShouldContain("another process has");
    }

    [Fact]
    public void Open_OfAnotherFormat_IsRefused()
    {
        var line = new System.Buffers.ArrayBufferWriter<byte>();
        LogLine.Encode(new LogRecord { Head = new HeadRecord(2, 0, 0) }, line);
        File.WriteAllBytes(FilePath, line.WrittenSpan);
        Should.Throw<InvalidDataException>(Open).Message.ShouldContain("format 2");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SingleStore Open() => SingleStore.Open(_folder, BootTime.Instance);
}
