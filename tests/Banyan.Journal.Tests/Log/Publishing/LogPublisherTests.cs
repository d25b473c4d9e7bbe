using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Tests.Log.Integrating;

namespace Banyan.Journal.Tests.Log.Publishing;

public sealed class LogPublisherTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-published-").FullName;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Publish_AGrowingLog_TheFolderIsTheLog()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var log = await StartAsync(it, new FolderObjectStore(_folder));
        foreach (var count in new[] { 1, 254, 2, 300, 700 })
        {
            await FillAsync(it, count);
            var head = log.Status.View.Size + 1;
            await log.UntilAsync(v => v.Stored >= head, "it is stored");
        }

        await log.UntilAsync(static v => v.Stored == 1257, "all is stored");

        var source = new FolderTileSource(Path.Combine(_folder, "log"));
        await log.CheckAsync(1257, source);
        (await source.ReadCheckpointAsync(CancellationToken.None)).ShouldBe(log.Status.View.Published!.Bytes.ToArray());
        Directory.GetDirectories(_folder, "000.p", SearchOption.AllDirectories).ShouldBe([Path.Combine(_folder, "log", "tile", "1", "000.p")]); // partial tiles that are full now are gone
    }

    [Fact]
    public async Task Publish_StoreAway_QueuesSaysSoAndCatchesUp()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var store = new FailingStore(new FolderObjectStore(_folder)) { Fails = true };
        await using var log = await StartAsync(it, store);
        await FillAsync(it, 300);
        await log.PublishedAsync(300); // nothing waits for the store
        await log.UntilAsync(static v => v.StoreProblem is not null, "it says that the store is full");
        log.Status.View.StoreProblem.ShouldBe("the test: no space left");

        store.Fails = false;

        await log.UntilAsync(static v => v is { Stored: 300, StoreProblem: null }, "it has caught up");
        await log.CheckAsync(300, new FolderTileSource(Path.Combine(_folder, "log")));
    }

    [Fact]
    public async Task Publish_StartedAgain_GoesOnFromWhatIsThere()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var store = new FailingStore(new FolderObjectStore(_folder));
        await FillAsync(it, 600);
        await using (var log = await StartAsync(it, store))
            await log.UntilAsync(static v => v.Stored == 600, "it is stored");
        var before = store.Puts;
        await FillAsync(it, 10);
        await using var again = await StartAsync(it, store);

        await again.UntilAsync(static v => v.Stored == 610, "it is stored");

        (store.Puts - before).ShouldBeLessThanOrEqualTo(2 * 4); // bundle, tile and checkpoint, in one or two steps
        await again.CheckAsync(610, new FolderTileSource(Path.Combine(_folder, "log")));
    }

    [Fact]
    public async Task Publish_StoreHasAnotherHistory_HaltsAndTouchesNothing()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 20);
        await using (var log = await StartAsync(it, new FolderObjectStore(_folder)))
            await log.UntilAsync(static v => v.Stored == 20, "it is stored");
        await using var other = await JournalUnderTest.StartAsync();
        await FillAsync(other, 30);
        var before = await File.ReadAllBytesAsync(Path.Combine(_folder, "log", "checkpoint"));

        await using var fork = await StartAsync(other, new FolderObjectStore(_folder));
        await fork.UntilAsync(static v => v.Halted is not null, "it is halted");

        fork.Status.View.Halted!.ShouldContain("in the object store");
        (await File.ReadAllBytesAsync(Path.Combine(_folder, "log", "checkpoint"))).ShouldBe(before);
    }

    private Task<LogUnderTest> StartAsync(JournalUnderTest it, IObjectStore store) => LogUnderTest.StartAsync(it, _key, change: o => o with { Objects = store, ObjectPrefix = "log/" });

    private static Task FillAsync(JournalUnderTest it, int entries) => it.CommitAsync([.. Enumerable.Range(0, entries).Select(static i => $"{{\"i\":{i}}}")]);

    /// <summary>A store that is full when it is told to be.</summary>
    private sealed class FailingStore(IObjectStore inner) : IObjectStore
    {
        private int _puts;

        public volatile bool Fails;

        public int Puts => _puts;

        public string Name => "the test";

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, ObjectKind kind, CancellationToken cancellationToken) => PutAllAsync([new(key, content, kind)], cancellationToken);

        public Task PutAllAsync(IReadOnlyList<NewObject> objects, CancellationToken cancellationToken)
        {
            if (Fails)
                throw new ObjectStoreException("the test: no space left");
            Interlocked.Add(ref _puts, objects.Count);
            return inner.PutAllAsync(objects, cancellationToken);
        }

        public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => Fails ? throw new ObjectStoreException("the test: no space left") : inner.GetAsync(key, cancellationToken);

        public Task DeleteAllAsync(string prefix, CancellationToken cancellationToken) => inner.DeleteAllAsync(prefix, cancellationToken);
    }
}
