using System.Globalization;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Testing;

namespace Banyan.Journal.Tests.Log.Tiles;

/// <summary>The log that Tessera's own tests read: ours reads every byte of it, and makes the same bytes.</summary>
public class TesseraVectorTests
{
    private const string Key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_EveryCheckpoint_SignatureRootLeavesAndConsistencyHold()
    {
        var source = new FolderTileSource(Folder());
        VerifierKey.TryParse(Key, out var key).ShouldBeTrue();
        Checkpoint? last = null;
        for (var size = 0; size <= 15; size++)
        {
            SignedNote.TryParse(File.ReadAllBytes(Path.Combine(Folder(), $"checkpoint.{size}")), out var note, out var problem).ShouldBeTrue(problem);
            note.Verify([key!]).Holds.ShouldBeTrue();
            Checkpoint.TryParse(note.Text, out var checkpoint, out problem).ShouldBeTrue(problem);
            checkpoint!.Size.ShouldBe(size);
            var tree = new TileTree(source, size);
            (await tree.RootAsync(None)).ShouldBe(checkpoint.Root);
            for (var i = 0; i < size; i++)
            {
                var bundle = await source.ReadAsync(new TileId(TileId.Entries, 0, size), None);
                EntryBundle.TryGet(bundle, i, out var entry).ShouldBeTrue();
                var leaf = MerkleHasher.HashLeaf(entry);
                (await tree.LeafAsync(i, None)).ShouldBe(leaf);
                MerkleProofs.CheckInclusion(leaf, i, size, await tree.InclusionAsync(i, None), checkpoint.Root).ShouldBe(ProofFault.None);
            }

            if (last is { Size: > 0 })
                MerkleProofs.CheckConsistency(last.Size, last.Root, size, checkpoint.Root, await tree.ConsistencyAsync(last.Size, None)).ShouldBe(ProofFault.None);
            last = checkpoint;
        }
    }

    [Fact]
    public void Write_TheSameEntries_TheSameFiles()
    {
        var ours = new MemoryLog(0);
        ReadOnlySpan<byte> bundle = File.ReadAllBytes(Path.Combine(Folder(), "tile/entries/000.p/15"));
        while (EntryBundle.TryTake(ref bundle, out var entry))
            ours.Append(entry.ToArray());
        bundle.IsEmpty.ShouldBeTrue();
        var seen = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(Folder(), "tile"), "*", SearchOption.AllDirectories))
        {
            TileId.TryParse(Path.GetRelativePath(Folder(), file), out var id).ShouldBeTrue(file);
            ours.Read(id).ShouldBe(File.ReadAllBytes(file), file);
            seen++;
        }

        seen.ShouldBe(30, string.Create(CultureInfo.InvariantCulture, $"{seen} files"));
    }

    private static string Folder()
    {
        var folder = SharedVectors.Find("tessera/testdata/log");
        Assert.SkipWhen(folder is null, "The shared vectors are not here.");
        return folder!;
    }
}
