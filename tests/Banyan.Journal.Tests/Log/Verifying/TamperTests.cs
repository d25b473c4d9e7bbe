using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;
using Banyan.Journal.Tests.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Verifying;

/// <summary>What is altered in a log's files is found, and named. The log has three levels of tiles, and partial ones at its edge.</summary>
public sealed class TamperTests : IDisposable
{
    private const int Size = 66_000; // 257 full tiles of level 0 and one of 208; one full of level 1 and one of 1; one of 1 on level 2.
    private const string Origin = "banyan/kai/north";

    private static readonly MemoryLog Log = new(Size);
    private static readonly MemoryLog Other = new(Size, salt: "!");
    private static readonly Lazy<string> Written = new(static () =>
    {
        var folder = Directory.CreateTempSubdirectory("banyan-tamper-").FullName;
        Log.WriteTo(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly SigningKey _south = SigningKey.Generate();
    private readonly SigningKey _west = SigningKey.Generate();
    private readonly Changed _source = new(new FolderTileSource(Written.Value));

    private LogTrust Trust => new(Origin,
        [new LogParty("north", Writer.Key)],
        [new LogParty("north", Witness("north", _key).Key), new LogParty("south", Witness("south", _south).Key), new LogParty("west", Witness("west", _west).Key)],
        Quorum: 2);

    private NoteSigner Writer => NoteSigner.OfLog(Origin, _key);

    private SignedNote Note => SignedNote.Sign(new Checkpoint(Origin, Size, Log.Root).Text, Writer, Witness("south", _south), Witness("west", _west));

    [Fact]
    public async Task Verify_Untouched_Holds()
    {
        _source.Note = Note.ToBytes();
        var report = await new LogVerifier(_source, Trust, new Rows(Log)).VerifyAsync(TestContext.Current.CancellationToken);
        report.Problems.ShouldBeEmpty();
        (report.Entries, report.Rows, report.Checkpoints, report.Cosignatures).ShouldBe((Size, Size, 1, 2));
    }

    /// <summary>Path, what is done to it, and what has to be said of it: place, first entry, words.</summary>
    public static TheoryData<string, string, string, string, long, string> Files => new()
    {
        // A byte of an entry, in a full bundle and in the last one.
        { "an entry", "tile/entries/x001/000", "nothing", "", 0, "" },
        { "an entry", "tile/entries/100", "entry:17", "tile/entries/100", 25_618, "entry 25,618 was altered" },
        { "the first entry", "tile/entries/000", "entry:0", "tile/entries/000", 1, "entry 1 was altered" },
        { "the last entry", "tile/entries/257.p/208", "entry:207", "tile/entries/257.p/208", 66_000, "entry 66,000 was altered" },
        { "a bundle cut", "tile/entries/100", "cut", "tile/entries/100", 25_856, "ends within its 256th entry" },
        { "a bundle with more", "tile/entries/100", "add", "tile/entries/100", 25_856, "bytes after its last entry" },
        { "bundles swapped", "tile/entries/100", "swap:tile/entries/101", "tile/entries/100", 25_601, "entry 25,601 was altered" },
        { "a bundle of another log", "tile/entries/100", "other", "tile/entries/100", 25_601, "entry 25,601 was altered" },
        { "a bundle gone", "tile/entries/100", "gone", "tile/entries/100", 25_601, "is missing" },
        { "an entry doubled in place of the next", "tile/entries/100", "double", "tile/entries/100", 25_602, "entry 25,602 was altered" },

        // A byte of a tile, on each level, full and at the edge.
        { "a leaf's hash", "tile/0/100", "hash:17", "tile/0/100", 25_618, "hash of entry 25,618 was altered" },
        { "the last tile", "tile/0/257.p/208", "hash:207", "tile/0/257.p/208", 66_000, "hash of entry 66,000 was altered" },
        { "a full tile of level 1", "tile/1/000", "hash:9", "tile/1/000", 2305, "hash over entries from 2,305 was altered" },
        { "the last tile of level 1", "tile/1/001.p/1", "hash:0", "tile/1/001.p/1", 65_537, "hash over entries from 65,537 was altered" },
        { "the top tile", "tile/2/000.p/1", "hash:0", "tile/2/000.p/1", 1, "hash over entries from 1 was altered" },
        { "a tile cut", "tile/0/100", "cut", "tile/0/100", 25_601, "has 8191 bytes instead of 8192" },
        { "a tile gone", "tile/0/100", "gone", "tile/0/100", 25_601, "is missing" },
        { "an upper tile gone", "tile/1/000", "gone", "tile/1/000", 1, "is missing" },
        { "tiles swapped", "tile/0/100", "swap:tile/0/101", "tile/0/100", 25_601, "hash of entry 25,601 was altered" },
        { "a tile of another log", "tile/0/100", "other", "tile/0/100", 25_601, "hash of entry 25,601 was altered" },
        { "the last tile of another log", "tile/0/257.p/208", "other", "tile/0/257.p/208", 65_793, "hash of entry 65,793 was altered" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Verify_AFileAltered_IsFoundAndNamed(string what, string path, string how, string place, long entry, string says)
    {
        TileId.TryParse(path, out var id).ShouldBeTrue();
        _source.Note = Note.ToBytes();
        if (how != "nothing")
            Alter(id, how);
        var report = await new LogVerifier(_source, Trust).VerifyAsync(TestContext.Current.CancellationToken);
        if (how == "nothing")
        {
            report.Problems.ShouldBeEmpty();
            return;
        }

        report.Problems.ShouldNotBeEmpty(what);
        var first = report.Problems[0];
        first.Place.ShouldBe(place, first.Message);
        first.Entry.ShouldBe(entry, first.Message);
        first.Message.ShouldContain(says);
    }

    /// <summary>Whoever alters an entry and its hash in step: every tile above would have to be altered too, and the signature can't be.</summary>
    [Fact]
    public async Task Verify_EntryAndTileAlteredInStep_RangeNamedAndWithRowsTheEntry()
    {
        var id = new TileId(0, 100, 256);
        _source.Note = Note.ToBytes();
        Alter(id with { Level = TileId.Entries }, "entry:17");
        Rehash(id);
        var without = await new LogVerifier(_source, Trust).VerifyAsync(TestContext.Current.CancellationToken);
        without.Problems[0].ShouldSatisfyAllConditions(static p => p.Place.ShouldBe("tile/0/100"), static p => p.Message.ShouldContain("entries 25,601 to 25,856 at least one was altered"));
        var with = await new LogVerifier(_source, Trust, new Rows(Log)).VerifyAsync(TestContext.Current.CancellationToken);
        with.Problems.ShouldContain(static p => p.Entry == 25_618 && p.Message.Contains("entry 25,618 was altered in tile/entries/100 and in tile/0/100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_LastEntryAndTileAlteredInStep_WithRowsNamed()
    {
        var id = new TileId(0, 257, 208);
        _source.Note = Note.ToBytes();
        Alter(id with { Level = TileId.Entries }, "entry:5");
        Rehash(id);
        (await new LogVerifier(_source, Trust).VerifyAsync(TestContext.Current.CancellationToken)).Problems.ShouldHaveSingleItem().Place.ShouldBe("checkpoint");
        var with = await new LogVerifier(_source, Trust, new Rows(Log)).VerifyAsync(TestContext.Current.CancellationToken);
        with.Problems.ShouldContain(static p => p.Entry == 65_798 && p.Message.Contains("was altered in tile/0/257.p/208 and in its bundle", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "actor, subject, data or salt")]
    [InlineData(65_999, "actor, subject, data or salt")]
    [InlineData(30_000, "actor, subject, data or salt")]
    public async Task Verify_ARowAltered_IsNamed(int index, string says)
    {
        _source.Note = Note.ToBytes();
        var rows = new Rows(Log) { Altered = { [index] = Encoding.UTF8.GetBytes("{\"commitment\":\"AAAA\"}") } };
        var problem = (await new LogVerifier(_source, Trust, rows).VerifyAsync(TestContext.Current.CancellationToken)).Problems.ShouldHaveSingleItem();
        problem.Place.ShouldBe("row");
        problem.Entry.ShouldBe(index + 1);
        problem.Message.ShouldContain("row in the journal is not what the log has");
        says.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(25_600)] // the first of its bundle
    [InlineData(65_999)] // the last of all
    public async Task Verify_ARowGoneInTheMiddle_IsNamedAndThoseThatRetentionDroppedAreNot(int gone)
    {
        _source.Note = Note.ToBytes();
        var rows = new Rows(Log) { First = 5000, Gone = { gone } };
        var report = await new LogVerifier(_source, Trust, rows).VerifyAsync(TestContext.Current.CancellationToken);
        report.Problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Entry.ShouldBe(gone + 1), p => p.Message.ShouldContain(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"entry {gone + 1:N0} is missing in the journal")));
        report.Rows.ShouldBe(Size - 5001);
    }

    public static TheoryData<string, string> Checkpoints => new()
    {
        { "size", "is not its own" },
        { "root", "is not its own" },
        { "signature", "has a signature of banyan/kai/north that is not its own" },
        { "cosignature", "has a signature of banyan/kai/south/witness that is not its own" },
        { "time", "has a signature of banyan/kai/south/witness that is not its own" },
        { "one cosignature less", "is cosigned by 1 witnesses of other regions, and 2 are needed (there: west)" },
        { "own witness", "is cosigned by 1 witnesses of other regions, and 2 are needed" },
        { "no signature", "is signed by no key of the log's writers (north)" },
        { "another writer", "is signed by no key of the log's writers (north)" },
        { "another log", "is of another log, banyan/kai/east" },
        { "another tree", "the checkpoint's root is not that of the tiles" },
        { "cut", "is cut off" },
        { "gone", "the checkpoint is missing" },
        { "no note", "is no signed note" },
        { "larger", "missing" },
    };

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public async Task Verify_TheCheckpointAltered_IsFoundAndNamed(string how, string says)
    {
        _source.Note = Alter(how);
        var report = await new LogVerifier(_source, Trust).VerifyAsync(TestContext.Current.CancellationToken);
        report.Problems.ShouldNotBeEmpty();
        report.Problems.ShouldContain(p => p.Message.Contains(says, StringComparison.Ordinal), string.Join("; ", report.Problems.Select(static p => p.Message)));
    }

    /// <summary>An older checkpoint of the same log holds for the entries that it covers.</summary>
    [Fact]
    public async Task Verify_AnOlderCheckpoint_HoldsForItsEntries()
    {
        var older = new MemoryLog(40_000);
        older.WriteTo(Written.Value); // Partial tiles of then; none is in the way of those of now.
        var note = SignedNote.Sign(new Checkpoint(Origin, 40_000, older.Root).Text, Writer, Witness("south", _south), Witness("west", _west));
        var report = await new LogVerifier(_source, Trust).VerifyAsync(note.ToBytes(), TestContext.Current.CancellationToken);
        report.Problems.ShouldBeEmpty();
        report.Entries.ShouldBe(40_000);
    }

    [Fact]
    public async Task CheckAlso_WhatWitnessesHave_FitsOrIsNamed()
    {
        var verifier = new LogVerifier(_source, Trust);
        var newest = new Checkpoint(Origin, Size, Log.Root);
        (await verifier.CheckAlsoAsync(Signed(new MemoryLog(300)), "the witness of west", newest, TestContext.Current.CancellationToken)).ShouldBeNull();
        (await verifier.CheckAlsoAsync(Note, "the witness of west", newest, TestContext.Current.CancellationToken)).ShouldBeNull();
        (await verifier.CheckAlsoAsync(Signed(new MemoryLog(300, salt: "!")), "the witness of west", newest, TestContext.Current.CancellationToken)).ShouldNotBeNull().Message.ShouldContain("forked or altered");
        (await verifier.CheckAlsoAsync(Signed(new MemoryLog(Size + 1)), "the witness of west", newest, TestContext.Current.CancellationToken)).ShouldNotBeNull().ShouldSatisfyAllConditions(static p => p.Entry.ShouldBe(Size + 1), static p => p.Message.ShouldContain("entries are missing"));

        SignedNote Signed(MemoryLog log) => SignedNote.Sign(new Checkpoint(Origin, log.Size, log.Root).Text, Writer);
    }

    public void Dispose()
    {
        _key.Dispose();
        _south.Dispose();
        _west.Dispose();
    }

    private static NoteSigner Witness(string region, SigningKey key) => NoteSigner.OfWitness($"banyan/kai/{region}/witness", key, TimeProvider.System);

    private void Alter(TileId id, string how)
    {
        var bytes = (byte[])Log.Read(id)!.Clone();
        switch (how.Split(':'))
        {
            case ["entry", var number]:
                ReadOnlySpan<byte> rest = bytes;
                for (var i = 0; i < int.Parse(number, null); i++)
                    EntryBundle.TryTake(ref rest, out _);
                bytes[bytes.Length - rest.Length + 2] ^= 1;
                break;
            case ["hash", var number]: bytes[int.Parse(number, null) * MerkleHash.Length] ^= 0x80; break;
            case ["cut"]: bytes = bytes[..^1]; break;
            case ["add"]: bytes = [.. bytes, 0]; break;
            case ["other"]: bytes = Other.Read(id)!; break;
            case ["gone"]: bytes = null!; break;
            case ["swap", var with]:
                TileId.TryParse(with, out var second).ShouldBeTrue();
                _source.Files[second] = bytes;
                bytes = Log.Read(second)!;
                break;
            case ["double"]:
                var entries = Log.Leaves.Skip((int)id.Index * 256).Take(256).Select(static l => (ReadOnlyMemory<byte>)l).ToList();
                entries[1] = entries[0];
                bytes = EntryBundle.Encode(entries);
                break;
            default: throw new ArgumentException(how, nameof(how));
        }

        _source.Files[id] = bytes;
    }

    private void Rehash(TileId id)
    {
        ReadOnlySpan<byte> bundle = _source.Files[id with { Level = TileId.Entries }];
        var hashes = new List<byte>();
        while (EntryBundle.TryTake(ref bundle, out var entry))
            hashes.AddRange(MerkleHasher.HashLeaf(entry).ToArray());
        _source.Files[id] = [.. hashes];
    }

    private byte[]? Alter(string how)
    {
        var (note, text) = (Note, Note.ToString());
        NoteSignature Flip(int number, int at) => note.Signatures[number] with { Bytes = note.Signatures[number].Bytes.ToArray().Select((b, i) => i == at ? (byte)(b ^ 1) : b).ToArray() };
        SignedNote Replace(int number, NoteSignature by) => note.WithOnly(note.Signatures.Select((s, i) => i == number ? by : s));
        SignedNote Sign(Checkpoint checkpoint) => SignedNote.Sign(checkpoint.Text, Writer, Witness("south", _south), Witness("west", _west));
        return how switch
        {
            "size" => Encoding.UTF8.GetBytes(text.Replace("\n66000\n", "\n65999\n", StringComparison.Ordinal)),
            "root" => Encoding.UTF8.GetBytes(text.Replace(Log.Root.ToString(), Other.Root.ToString(), StringComparison.Ordinal)),
            "signature" => Replace(0, Flip(0, 20)).ToBytes(),
            "cosignature" => Replace(1, Flip(1, 20)).ToBytes(),
            "time" => Replace(1, Flip(1, 7)).ToBytes(),
            "one cosignature less" => note.WithOnly([note.Signatures[0], note.Signatures[2]]).ToBytes(),
            "own witness" => note.WithOnly([note.Signatures[0], note.SignBy(Witness("north", _key)), note.Signatures[2]]).ToBytes(),
            "no signature" => note.WithOnly(note.Signatures.Skip(1)).ToBytes(),
            "another writer" => note.WithOnly([note.SignBy(NoteSigner.OfLog(Origin, _south)), .. note.Signatures.Skip(1)]).ToBytes(),
            "another log" => SignedNote.Sign(new Checkpoint("banyan/kai/east", Size, Log.Root).Text, Writer, Witness("south", _south), Witness("west", _west)).ToBytes(),
            "another tree" => Sign(new Checkpoint(Origin, Size, Other.Root)).ToBytes(),
            "larger" => Sign(new Checkpoint(Origin, Size + 500, Log.Root)).ToBytes(),
            "cut" => note.ToBytes()[..^1],
            "gone" => null,
            "no note" => "what?"u8.ToArray(),
            _ => throw new ArgumentException(how, nameof(how)),
        };
    }

    /// <summary>A log with some of its files replaced; null: gone.</summary>
    private sealed class Changed(ITileSource source) : ITileSource
    {
        public Dictionary<TileId, byte[]?> Files { get; } = [];

        public byte[]? Note { get; set; }

        public string Name => "here";

        public ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Note);

        public ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken) => Files.TryGetValue(id, out var bytes) ? ValueTask.FromResult(bytes) : source.ReadAsync(id, cancellationToken);
    }

    private sealed class Rows(MemoryLog log) : IEntryLeaves
    {
        public Dictionary<long, byte[]> Altered { get; } = [];

        public HashSet<long> Gone { get; } = [];

        public long First { get; init; }

        public ValueTask<RowBounds> BoundsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new RowBounds(First, log.Size, log.Size, null, DateTimeOffset.MaxValue));

        public ValueTask<IReadOnlyList<RowLeaf>> ReadAsync(long first, int count, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<RowLeaf>>(
            [.. Enumerable.Range((int)first, (int)Math.Min(count, log.Size - first)).Where(i => i >= First && !Gone.Contains(i)).Select(i => new RowLeaf(i, Altered.TryGetValue(i, out var leaf) ? leaf : log.Leaves[i]))]);
    }
}
