using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Tests.Log.Merkle;

namespace Banyan.Journal.Tests.Log.Tiles;

public class TileTreeTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    [InlineData(66_000)] // Three levels of tiles.
    public async Task Proofs_AnyPlaceOfALargeTree_HoldAndNeedFewTiles(int size)
    {
        var log = new MemoryLog(size);
        var naive = new NaiveTree(log.Leaves);
        (await new TileTree(log, size).RootAsync(None)).ShouldBe(naive.RootAt(size));
        (await new TileTree(log, size).EdgeAsync(None)).Length.ShouldBe(int.PopCount(size));
        foreach (var index in new[] { 0, size / 3, size / 2, size - 1, Math.Min(255, size - 1), Math.Min(256, size - 1) })
        {
            log.Reads.Clear();
            var proof = await new TileTree(log, size).InclusionAsync(index, None);
            proof.ShouldBe(naive.Path(index, size));
            MerkleProofs.CheckInclusion(naive.LeafHash(index), index, size, proof, log.Root).ShouldBe(ProofFault.None);
            log.Reads.Count.ShouldBeLessThanOrEqualTo(6);
            (await new TileTree(log, size).LeafAsync(index, None)).ShouldBe(naive.LeafHash(index));

            var old = index + 1;
            var tree = new TileTree(log, size);
            var consistency = await tree.ConsistencyAsync(old, None);
            consistency.ShouldBe(naive.Proof(old, size));
            MerkleProofs.CheckConsistency(old, await tree.RootAtAsync(old, None), size, log.Root, consistency).ShouldBe(ProofFault.None);
        }
    }

    [Fact]
    public async Task RootAsync_ATileMissingOrShort_SaysWhich()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-tiles-").FullName;
        try
        {
            new MemoryLog(300).WriteTo(folder);
            var source = new FolderTileSource(folder);
            (await new TileTree(source, 300).RootAsync(None)).ShouldBe(new MemoryLog(300).Root);

            var file = Path.Combine(folder, "tile/0/001.p/44");
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
            (await Should.ThrowAsync<TileSourceException>(async () => await new TileTree(source, 300).RootAsync(None))).Message.ShouldContain("tile/0/001.p/44 has 1407 bytes instead of 1408");
            File.Delete(file);
            (await Should.ThrowAsync<TileSourceException>(async () => await new TileTree(source, 300).RootAsync(None))).Message.ShouldContain("tile/0/001.p/44 is missing");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A log may remove a partial tile once the full one is there (C2SP tlog-tiles, Partial Tiles).</summary>
    [Fact]
    public async Task RootAsync_PartialTileReplacedByTheFullOne_StillHolds()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-tiles-").FullName;
        try
        {
            new MemoryLog(300).WriteTo(folder);
            new MemoryLog(512).WriteTo(folder);
            Directory.Delete(Path.Combine(folder, "tile/0/001.p"), recursive: true);
            (await new TileTree(new FolderTileSource(folder), 300).RootAsync(None)).ShouldBe(new MemoryLog(300).Root);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void EntryBundle_WhatIsEncoded_IsTakenInOrder()
    {
        byte[][] entries = [[], [1], new byte[EntryBundle.LongestEntry]];
        var bundle = EntryBundle.Encode([.. entries.Select(static e => (ReadOnlyMemory<byte>)e)]);
        ReadOnlySpan<byte> rest = bundle;
        foreach (var entry in entries)
        {
            EntryBundle.TryTake(ref rest, out var taken).ShouldBeTrue();
            taken.SequenceEqual(entry).ShouldBeTrue();
        }

        rest.IsEmpty.ShouldBeTrue();
        EntryBundle.TryTake(ref rest, out _).ShouldBeFalse();
        EntryBundle.TryGet(bundle, 1, out var second).ShouldBeTrue();
        second.ToArray().ShouldBe([1]);
        EntryBundle.TryGet(bundle, 3, out _).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => EntryBundle.Encode([new byte[EntryBundle.LongestEntry + 1]]));
        rest = bundle.AsSpan(0, bundle.Length - 1);
        EntryBundle.TryGet(rest, 2, out _).ShouldBeFalse();
    }
}
