using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Tiles;

/// <summary>A log made of the primitives alone, in memory; counts what is read, and can be written to a folder.</summary>
internal sealed class MemoryLog : ITileSource
{
    private readonly CompactRange _range = new();
    private readonly List<byte[]> _leaves = [];
    private readonly Dictionary<(int Level, long Index), List<byte>> _tiles = [];

    public MemoryLog(int size, string salt = "")
    {
        for (var i = 0; i < size; i++)
            Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {i}{salt}")));
    }

    public ConcurrentBag<TileId> Reads { get; } = [];

    public SignedNote? Checkpoint { get; set; }

    public string Name => "memory";

    public long Size => _range.Size;

    public MerkleHash Root => _range.Root;

    public IReadOnlyList<byte[]> Leaves => _leaves;

    public void Append(byte[] leaf)
    {
        _leaves.Add(leaf);
        _range.Append(MerkleHasher.HashLeaf(leaf), Visit);

        void Visit(int level, long index, in MerkleHash hash)
        {
            if (level % 8 != 0)
                return;
            var id = (level / 8, index / TileId.FullWidth);
            if (!_tiles.TryGetValue(id, out var tile))
                _tiles[id] = tile = [];
            tile.AddRange(hash.ToArray());
        }
    }

    public ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Checkpoint?.ToBytes());

    public ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken)
    {
        Reads.Add(id);
        return ValueTask.FromResult(Read(id));
    }

    public byte[]? Read(TileId id)
    {
        if (id.Level == TileId.Entries)
        {
            var entries = _leaves.Skip((int)id.Index * TileId.FullWidth).Take(id.Width).Select(static l => (ReadOnlyMemory<byte>)l).ToList();
            return entries.Count == id.Width ? EntryBundle.Encode(entries) : null;
        }

        return _tiles.TryGetValue((id.Level, id.Index), out var tile) && tile.Count >= id.Width * MerkleHash.Length ? [.. tile.Take(id.Width * MerkleHash.Length)] : null;
    }

    public void WriteTo(string folder)
    {
        foreach (var id in TileId.Of(Size))
        {
            Write(id);
            if (id.Level == 0)
                Write(id with { Level = TileId.Entries });
        }

        if (Checkpoint is not null)
            File.WriteAllBytes(Path.Combine(folder, FolderTileSource.CheckpointName), Checkpoint.ToBytes());

        void Write(TileId id)
        {
            var file = Path.Combine(folder, id.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Read(id)!);
        }
    }
}
