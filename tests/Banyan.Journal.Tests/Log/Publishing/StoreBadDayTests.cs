using System.Diagnostics;
using System.Globalization;
using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Engines.Tests.Objects;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Tests.Log.Integrating;
using Banyan.Testing;

namespace Banyan.Journal.Tests.Log.Publishing;

/// <summary>The object store's bad days, with real ones: a full disk, a folder that can't be written, a bucket that is away. The log goes on, says how far behind its copy is, and catches up.</summary>
public sealed class StoreBadDayTests(S3Server s3) : IClassFixture<S3Server>, IDisposable
{
    private const int Entries = 600;
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-badday-").FullName;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Publish_DiskFull_LogGoesOnAndCatchesUpWhenThereIsRoom()
    {
        if (!await MountAsync("-t", "tmpfs", "-o", "size=64k", "tmpfs", _folder))
        {
            Assert.Skip("a file system can't be mounted here");
            return;
        }

        try
        {
            await BadDayAsync(
                new FolderObjectStore(_folder),
                "No space left on device",
                () => File.Exists(Path.Combine(_folder, "log", "checkpoint")).ShouldBeFalse("a checkpoint is there before its tiles"),
                async () => (await MountAsync("-o", "remount,size=16m", _folder)).ShouldBeTrue());
            Directory.GetFiles(_folder, ".draft-*", SearchOption.AllDirectories).ShouldBeEmpty();
        }
        finally
        {
            await RunAsync("umount", _folder);
        }
    }

    [Fact]
    public async Task Publish_FolderCantBeWritten_LogGoesOnAndCatchesUp()
    {
        // Something that is no folder is in its place: rights don't keep root out.
        var place = Path.Combine(_folder, "objects");
        await File.WriteAllTextAsync(place, "in the way");
        await BadDayAsync(
            new FolderObjectStore(place),
            place,
            () => File.ReadAllText(place).ShouldBe("in the way"),
            () =>
            {
                File.Delete(place);
                return Task.CompletedTask;
            });
    }

    [Fact]
    public async Task Publish_BucketAway_LogGoesOnAndCatchesUp()
    {
        if (s3.Endpoint is not { } endpoint)
        {
            Assert.Skip("moto_server is not installed");
            return;
        }

        await using var gate = new TcpGate(endpoint.Port);
        await gate.ShutAsync();
        using var store = new S3ObjectStore(new S3StoreOptions { Bucket = S3Server.Bucket, Endpoint = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{gate.Port}/")), AccessKey = "test", SecretKey = "test-secret" });
        await BadDayAsync(store, "can't ", static () => { }, () =>
        {
            gate.Open();
            return Task.CompletedTask;
        });
    }

    private async Task BadDayAsync(IObjectStore store, string says, Action meanwhile, Func<Task> mend)
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var log = await LogUnderTest.StartAsync(it, _key, change: o => o with { Objects = store, ObjectPrefix = "log/" });
        await FillAsync(it, Entries);
        await log.PublishedAsync(Entries);
        await log.UntilAsync(static v => v.StoreProblem is not null, "it says what is wrong with the store");
        log.Status.View.StoreProblem!.ShouldContain(says);
        await FillAsync(it, 10); // and goes on
        await log.PublishedAsync(Entries + 10);
        (log.Status.View.Stored ?? 0, log.Status.View.Halted, log.Status.View.Problem).ShouldBe((0, null, null));
        meanwhile();

        await mend();

        await log.UntilAsync(static v => v is { Stored: Entries + 10, StoreProblem: null }, "it has caught up");
        await log.CheckAsync(Entries + 10, new StoredTiles(store));
    }

    private static Task FillAsync(JournalUnderTest it, int entries) => it.CommitAsync([.. Enumerable.Range(0, entries).Select(static i => $"{{\"i\":{i}}}")]);

    private static async Task<bool> MountAsync(params string[] arguments) => await RunAsync("mount", arguments) == 0;

    private static async Task<int> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>The log as it lies in a store.</summary>
    private sealed class StoredTiles(IObjectStore store) : ITileSource
    {
        public string Name => store.Name;

        public async ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => await store.GetAsync("log/checkpoint", cancellationToken);

        public async ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken) => await store.GetAsync("log/" + id.Path, cancellationToken);
    }
}
