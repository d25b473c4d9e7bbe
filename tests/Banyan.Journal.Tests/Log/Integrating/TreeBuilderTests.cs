using System.Buffers;
using System.Runtime.InteropServices;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Journal.Tests.Log.Integrating;

public class TreeBuilderTests
{
    [Fact]
    public void Append_InAnyBatches_WritesWhatOneBatchWould() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<PositiveInt>().Select(static n => n.Get * 37 % 700 + 1).ListOf(6).ToArbitrary(),
        static batches =>
        {
            var total = batches.Sum();
            var many = new Written();
            var builder = TreeBuilder.Empty();
            var at = 0;
            foreach (var batch in batches)
            {
                many.Take(builder.Append(Leaves(at, batch)));
                at += batch;
            }

            var one = new Written();
            var whole = TreeBuilder.Empty();
            one.Take(whole.Append(Leaves(0, total)));
            return builder.Root == whole.Root && many.Same(one);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(66_000)]
    public async Task RestoreAsync_AtEdges_GoesOnAsIfNeverStopped(int size)
    {
        var written = new Written();
        var builder = TreeBuilder.Empty();
        written.Take(builder.Append(Leaves(0, size)));

        var restored = await TreeBuilder.RestoreAsync(written, size, CancellationToken.None);

        restored.Root.ShouldBe(builder.Root);
        var (a, b) = (new Written(written), new Written(written));
        a.Take(builder.Append(Leaves(size, 300)));
        b.Take(restored.Append(Leaves(size, 300)));
        restored.Root.ShouldBe(builder.Root);
        b.Same(a).ShouldBeTrue();
        (await new TileTree(b, size + 300).RootAsync(CancellationToken.None)).ShouldBe(builder.Root);
    }

    [Fact]
    public async Task RestoreAsync_LeafAltered_NamesTheEntry()
    {
        var written = new Written();
        written.Take(TreeBuilder.Empty().Append(Leaves(0, 300)));
        written.Alter(20); // the 21st of the last bundle

        var error = await Should.ThrowAsync<TileSourceException>(() => TreeBuilder.RestoreAsync(written, 300, CancellationToken.None));

        error.Message.ShouldContain("entry 277 is not the one");
    }

    private static List<byte[]> Leaves(int from, int count) => [.. Enumerable.Range(from, count).Select(static i => System.Text.Encoding.ASCII.GetBytes($"leaf {i:0000000}"))];

    /// <summary>What builders say is to be written, as a store would keep it.</summary>
    private sealed class Written : ITileSource
    {
        private readonly Dictionary<(int, long), byte[]> _tiles = [];
        private readonly Dictionary<long, byte[]> _bundles = [];
        private readonly Dictionary<int, byte[]> _edges = [];
        private readonly ArrayBufferWriter<byte> _parts = new();
        private byte[]? _altered;

        public Written()
        {
        }

        public Written(Written other)
        {
            foreach (var (key, value) in other._tiles)
                _tiles.Add(key, value);
            foreach (var (key, value) in other._bundles)
                _bundles.Add(key, value);
            foreach (var (key, value) in other._edges)
                _edges.Add(key, value);
            _parts.Write(other._parts.WrittenSpan);
        }

        public string Name => "the test";

        public void Take(TreeGrowth growth)
        {
            foreach (var tile in growth.Tiles)
                _tiles.Add((tile.Level, tile.Index), tile.Hashes); // never twice
            foreach (var bundle in growth.Bundles)
                _bundles.Add(bundle.Index, bundle.Entries);
            foreach (var edge in growth.Edges)
                _edges[edge.Level] = edge.Hashes;
            if (growth.Bundles.Count > 0)
                _parts.ResetWrittenCount();
            _parts.Write(growth.Part);
        }

        public void Alter(int leaf)
        {
            _altered = _parts.WrittenSpan.ToArray();
            _altered[(leaf * 14) + 5]++; // 2 bytes of length, 12 of text
        }

        public bool Same(Written other) =>
            _tiles.Count == other._tiles.Count && _tiles.All(t => other._tiles[t.Key].AsSpan().SequenceEqual(t.Value))
            && _bundles.Count == other._bundles.Count && _bundles.All(b => other._bundles[b.Key].AsSpan().SequenceEqual(b.Value))
            && _edges.All(e => other._edges[e.Key].AsSpan().SequenceEqual(e.Value)) && _parts.WrittenSpan.SequenceEqual(other._parts.WrittenSpan);

        public ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => new((byte[]?)null);

        public ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken)
        {
            if (id.Level == TileId.Entries)
                return new(id.IsFull ? _bundles[id.Index] : _altered ?? _parts.WrittenSpan.ToArray());
            if (_tiles.TryGetValue((id.Level, id.Index), out var full))
                return new(full);
            if (id.Level > 0)
                return new(_edges[id.Level]);
            var hashes = new List<MerkleHash>();
            ReadOnlySpan<byte> rest = _parts.WrittenSpan;
            while (EntryBundle.TryTake(ref rest, out var leaf))
                hashes.Add(MerkleHasher.HashLeaf(leaf));
            return new(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(hashes)).ToArray());
        }
    }
}
