using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Journal.Tests.Log.Integrating;

/// <summary>The log of a journal under test, kept until it is disposed.</summary>
internal sealed class LogUnderTest : IAsyncDisposable
{
    public static readonly string Origin = LogNames.Origin("test", "test");
    private readonly CancellationTokenSource _stop = new();
    private readonly LogMetrics _metrics;
    private readonly LogHost _host;

    private LogUnderTest(JournalUnderTest journal, SigningKey key, ICheckpointCosigner cosigner, IWriteFence fence, Func<LogOptions, LogOptions>? change, TimeProvider time)
    {
        var signer = NoteSigner.OfLog(Origin, key);
        Options = new LogOptions { Origin = Origin, Signer = signer, Writers = [signer.Key], IntegrateInterval = TimeSpan.FromMilliseconds(5), CheckpointInterval = TimeSpan.FromMilliseconds(5), PublishInterval = TimeSpan.FromMilliseconds(5) };
        Options = change?.Invoke(Options) ?? Options;
        Options.Validate().ShouldBeEmpty();
        Journal = journal;
        Tiles = new DatabaseTileSource(journal.Source);
        _metrics = new LogMetrics(Options, null, Status);
        var store = new TreeStore(journal.Source, fence);
        Recovery = new LogRecovery(Status);
        var parts = new LogParts(journal.Journal, store, new StandbyHold(journal.Source), cosigner, Tiles, fence, Options, Status, _metrics, time, NullLoggerFactory.Instance);
        _host = new LogHost(parts, Recovery, NullLogger<LogHost>.Instance);
    }

    /// <summary>Where an operator says how it goes on.</summary>
    public LogRecovery Recovery { get; }

    public JournalUnderTest Journal { get; }

    public LogOptions Options { get; }

    public LogStatus Status { get; } = new();

    public DatabaseTileSource Tiles { get; }

    public static async Task<LogUnderTest> StartAsync(JournalUnderTest journal, SigningKey key, ICheckpointCosigner? cosigner = null, IWriteFence? fence = null, Func<LogOptions, LogOptions>? change = null, TimeProvider? time = null)
    {
        var log = new LogUnderTest(journal, key, cosigner ?? new NoCosigner(), fence ?? new OpenFence(1), change, time ?? TimeProvider.System);
        await log._host.StartAsync(log._stop.Token);
        return log;
    }

    /// <summary>Waits until a checkpoint covers this many entries.</summary>
    public async Task<PublishedCheckpoint> PublishedAsync(long size)
    {
        await UntilAsync(v => v.Published?.Checkpoint.Size >= size, $"a checkpoint covers {size} entries");
        return Status.View.Published!;
    }

    public async Task UntilAsync(Func<LogView, bool> holds, string what)
    {
        using var patience = new CancellationTokenSource(JournalUnderTest.Patience);
        while (true)
        {
            var changed = Status.Changed;
            if (holds(Status.View))
                return;
            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Waited {JournalUnderTest.Patience} in vain until {what}: {Status.View}", e);
            }
        }
    }

    /// <summary>Checks all of the log against the journal's entries and the published checkpoint, as a reader would who believes nothing.</summary>
    public async Task CheckAsync(long size, ITileSource? source = null)
    {
        source ??= Tiles;
        var published = await PublishedAsync(size);
        size = published.Checkpoint.Size;
        SignedNote.TryParse(published.Bytes.Span, out var note, out _).ShouldBeTrue();
        note!.Verify([Options.Signer.Key]).Holds.ShouldBeTrue();
        var entries = new List<JournalEntry>();
        while (entries.Count < size)
            entries.AddRange(await Journal.Journal.ReadAsync(entries.Count, (int)Math.Min(10_000, size - entries.Count), null, CancellationToken.None));
        var range = new CompactRange();
        var leaves = entries.ConvertAll(EntryLeaf.Of);
        foreach (var leaf in leaves)
            range.Append(MerkleHasher.HashLeaf(leaf));
        published.Checkpoint.Root.ShouldBe(range.Root);

        var tree = new TileTree(source, size);
        (await tree.RootAsync(CancellationToken.None)).ShouldBe(range.Root);
        for (var index = 0L; index < size; index += Math.Max(1, size / 50))
        {
            var proof = await tree.InclusionAsync(index, CancellationToken.None);
            MerkleProofs.CheckInclusion(MerkleHasher.HashLeaf(leaves[(int)index]), index, size, proof, range.Root).ShouldBe(ProofFault.None);
        }

        for (var bundle = 0L; TileId.WidthIn(TileId.Entries, bundle, size) is > 0 and var width; bundle++)
        {
            var bytes = await source.ReadAsync(new TileId(TileId.Entries, bundle, width), CancellationToken.None);
            bytes.ShouldBe(EntryBundle.Encode(leaves.Skip((int)bundle * 256).Take(width).Select(static l => (ReadOnlyMemory<byte>)l).ToList()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
    }
}
