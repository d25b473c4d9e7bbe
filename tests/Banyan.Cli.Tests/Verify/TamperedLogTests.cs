using System.IO.Compression;
using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cli.Tests.Verify;

/// <summary>What somebody alters who has the database, the published folder or a witness' disk is found by <c>banyan verify</c>, and named.</summary>
public sealed class TamperedLogTests(LoggedPlatform platform) : IClassFixture<LoggedPlatform>
{
    private const string Personal = "actor, subject, data or salt was altered";
    private const string Flip = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)";

    [Fact]
    public async Task Verify_Untouched_HoldsAndCountsWhatWasErased()
    {
        var live = await platform.VerifyAsync();

        live.Exit.ShouldBe(0, live.ToString());
        (live.Log.GetProperty("entries").GetInt64(), live.Log.GetProperty("rows").GetInt64()).ShouldBe((LoggedPlatform.Entries, LoggedPlatform.Entries));
        (live.Log.GetProperty("erased").GetInt64(), live.Log.GetProperty("unproven").GetInt64()).ShouldBe((18 * 4, 18));
        live.Log.GetProperty("cosigned_by").GetArrayLength().ShouldBeGreaterThanOrEqualTo(1);
        var folder = await platform.VerifyAsync(platform.Data.Objects(LoggedPlatform.Partition), "--keys", platform.Data.LogKeys);
        (folder.Exit, folder.Report!.Value.GetProperty("entries").GetInt64()).ShouldBe((0, LoggedPlatform.Entries), folder.ToString());
    }

    /// <summary>What is done in the database; place, entry and words of the first problem.</summary>
    public static TheoryData<string, string, string, long?, string> Statements => new()
    {
        // A column of a row. Entry 301 is the first of its change, about p5 and by p5; entry 303 the third.
        { "subject", "UPDATE journal.entry SET subject = 'north.p6' WHERE position = 301", "row", 301, Personal },
        { "no subject", "UPDATE journal.entry SET subject = NULL WHERE position = 301", "row", 301, Personal },
        { "data", "UPDATE journal.entry SET data = replace(data, '75', '76') WHERE position = 301", "row", 301, Personal },
        { "actor", "UPDATE journal.entry SET actor = 'anonymous' WHERE position = 301", "row", 301, Personal },
        { "salt", "UPDATE journal.entry SET salt = gen_random_uuid() WHERE position = 301", "row", 301, Personal },
        { "type", "UPDATE journal.entry SET type = 'banyan.people.9.v1' WHERE position = 301", "row", 301, "its type was altered" },
        { "topic", "UPDATE journal.entry SET topic = 'people.others' WHERE position = 301", "row", 301, "its topic was altered" },
        { "content type", "UPDATE journal.entry SET content_type = 'text/plain' WHERE position = 301", "row", 301, "its content_type was altered" },
        { "time", "UPDATE journal.entry SET recorded_at = recorded_at - interval '1 microsecond' WHERE position = 301", "row", 301, "its recorded_at was altered" },
        { "id", "UPDATE journal.entry SET id = gen_random_uuid() WHERE position = 301", "row", 301, "its id was altered" },
        { "epoch", "UPDATE journal.entry SET epoch = epoch + 1 WHERE position = 301", "row", 301, "its epoch was altered" },
        { "topic and data", "UPDATE journal.entry SET topic = 'people.others', data = '{}' WHERE position = 301", "row", 301, "data or salt, its topic was altered" },
        { "the first row", "UPDATE journal.entry SET data = '{}' WHERE position = 1", "row", 1, Personal },
        { "the last row", "UPDATE journal.entry SET data = '{}' WHERE position = 712", "row", 712, Personal },
        { "several", "UPDATE journal.entry SET type = 'x' WHERE position IN (400, 302, 600)", "row", 302, "its type was altered" },

        // Commitments: of rows that were not erased, passed off as erased, and of erased ones.
        { "commitment beside the salt", "UPDATE journal.entry SET commitment = sha256('x') WHERE position = 301", "row", 301, "its commitment is not that of its actor, subject and data" },
        { "commitment kept, data altered", "UPDATE journal.entry SET commitment = journal.commitment(salt, actor, subject, data), data = '{}' WHERE position = 301", "row", 301, "its commitment is not that of" },
        { "another commitment and no salt", "UPDATE journal.entry SET commitment = sha256('x'), salt = NULL, actor = NULL WHERE position = 301", "row", 301, Personal },
        { "passed off as erased, the actor left", "UPDATE journal.entry SET commitment = journal.commitment(salt, actor, subject, data), salt = NULL, data = '{}' WHERE position = 301", "row", 301, "passes for erased, and has an actor" },
        { "commitment of an erased one", "UPDATE journal.entry SET commitment = sha256('x') WHERE position = (SELECT min(position) FROM journal.entry WHERE salt IS NULL)", "row", 13, Personal },
        { "commitment cut", "UPDATE journal.entry SET commitment = substr(commitment, 2) WHERE position = (SELECT min(position) FROM journal.entry WHERE salt IS NULL)", "row", 13, "its commitment has another length" },
        { "nothing left", "UPDATE journal.entry SET salt = NULL WHERE position = 301", "row", 301, "it has neither salt nor commitment" },

        // Rows in another order, gone, or too many.
        { "two rows swapped", "UPDATE journal.entry SET position = 900000 WHERE position = 301; UPDATE journal.entry SET position = 301 WHERE position = 305; UPDATE journal.entry SET position = 305 WHERE position = 900000", "row", 301, "it is another entry's" },
        { "a row gone", "DELETE FROM journal.entry WHERE position = 301", "row", 301, "entry 301 is missing in the journal" },
        { "the first of a bundle gone", "DELETE FROM journal.entry WHERE position = 257", "row", 257, "entry 257 is missing in the journal" },
        { "a bundle's rows gone", "DELETE FROM journal.entry WHERE position BETWEEN 257 AND 512", "row", 257, "entry 257 is missing in the journal" },
        { "the last row gone", "DELETE FROM journal.entry WHERE position = 712", "row", 712, "entry 712 is missing in the journal" },
        { "the first rows gone", "DELETE FROM journal.entry WHERE position <= 10", "row", 1, "entry 1 is missing in the journal, with those after it up to 10" },
        { "all rows gone", "DELETE FROM journal.entry", "row", 1, "entry 1 is missing in the journal" },
        { "a row more", "INSERT INTO journal.entry SELECT (jsonb_populate_record(e, '{\"position\":713}')).* FROM journal.entry e WHERE position = 301", "row", 713, "position 713, which nobody gave" },
        { "the head taken back", "UPDATE journal.head SET position = 500", "row", 501, "position 501, which nobody gave" },

        // The log's own tables.
        { "a full tile", $"UPDATE log.tile SET hashes = {string.Format(null, Flip, "hashes", 320)} WHERE level = 0 AND index = 1", "tile/0/001", 267, "hash of entry 267 was altered" },
        { "a tile gone", "DELETE FROM log.tile WHERE level = 0 AND index = 1", "tile/0/001", 257, "is missing" },
        { "tiles swapped", "UPDATE log.tile SET index = 9 WHERE index = 0 AND level = 0; UPDATE log.tile SET index = 0 WHERE index = 1 AND level = 0; UPDATE log.tile SET index = 1 WHERE index = 9 AND level = 0", "tile/0/000", 1, "hash of entry 1 was altered" },
        { "the partial tile above", $"UPDATE log.edge SET hashes = {string.Format(null, Flip, "hashes", 33)} WHERE level = 1", "tile/1/000.p/2", 257, "hash over entries from 257 was altered" },
        { "a bundle that is no gzip", "UPDATE log.bundle SET entries = '\\x00' || entries WHERE index = 1", "tile/entries/001", 257, "can't be made out" },
        { "a bundle gone", "DELETE FROM log.bundle WHERE index = 1", "tile/entries/001", 257, "is missing" },
        { "a leaf at the edge", $"UPDATE log.part SET leaves = {string.Format(null, Flip, "leaves", 40)} WHERE first = (SELECT min(first) FROM log.part)", "tile/0/002.p/200", 513, "entry 513 was altered in tile/0/002.p/200 and in its bundle; the journal's row leads to the checkpoint" },
        { "the edge gone", "DELETE FROM log.part", "tile/0/002.p/200", 513, "is missing" },
        { "the tree taken back", "UPDATE log.tree SET size = 100", "log.tree", null, "log.tree says 100 entries, and the checkpoint has 712" },

        // The checkpoint that a cell goes on from.
        { "its size", "UPDATE log.checkpoint SET note = replace(note, E'\\n712\\n', E'\\n711\\n')", "the partition's database", null, "that is not its own" },
        { "its root", "UPDATE log.checkpoint SET note = regexp_replace(note, '\\n712\\n....', E'\\n712\\nAAAA')", "the partition's database", null, "that is not its own" },
        { "cut", "UPDATE log.checkpoint SET note = left(note, -3)", "the partition's database", null, "the partition's database" },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public Task Verify_DatabaseAltered_IsFoundAndNamed(string what, string sql, string place, long? entry, string says) =>
        FindsAsync(what, () => platform.ExecuteAsync(sql), place, entry, says);

    /// <summary>By who knows the formats: whole again, but for one byte of an entry.</summary>
    [Fact]
    public Task Verify_BundleMadeAnew_IsFoundAndNamed() => FindsAsync("a bundle", async () =>
    {
        await using var read = platform.Database.CreateCommand("SELECT entries FROM log.bundle WHERE index = 1");
        using var plain = new MemoryStream();
        await using (var stored = new GZipStream(new MemoryStream((byte[])(await read.ExecuteScalarAsync())!), CompressionMode.Decompress))
            await stored.CopyToAsync(plain);
        var bytes = plain.ToArray();
        bytes[Find(bytes, "\"position\":300,") + "\"position\":30".Length]++;
        using var again = new MemoryStream();
        await using (var gzip = new GZipStream(again, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(bytes);
        await using var write = platform.Database.CreateCommand("UPDATE log.bundle SET entries = $1 WHERE index = 1");
        write.Parameters.AddWithValue(again.ToArray());
        await write.ExecuteNonQueryAsync();
    }, "tile/entries/001", 300, "tile/entries/001: entry 300 was altered: it is not the one that the checkpoint commits to");

    /// <summary>Somebody's data is altered, and the row made to look as if its actor had been erased: what the log can't tell, it says that it can't.</summary>
    [Fact]
    public async Task Verify_RowPassedOffAsErased_IsCountedAsUnproven()
    {
        try
        {
            await platform.ExecuteAsync("UPDATE journal.entry SET commitment = journal.commitment(salt, actor, subject, data), salt = NULL, actor = NULL, data = '{}' WHERE position = 301");
            var verified = await platform.VerifyAsync();
            (verified.Exit, verified.Log.GetProperty("unproven").GetInt64()).ShouldBe((0, 19), verified.ToString());
        }
        finally
        {
            await platform.RestoreAsync();
        }
    }

    /// <summary>A file below the published log, what is done to it, and what has to be said.</summary>
    public static TheoryData<string, string, string, string, long?, string> Files => new()
    {
        { "a leaf's hash", "tile/0/001", "byte:320", "tile/0/001", 267, "hash of entry 267 was altered" },
        { "the last tile", "tile/0/002.p/200", "byte:6399", "tile/0/002.p/200", 712, "hash of entry 712 was altered" },
        { "an entry", "tile/entries/001", "entry:300", "tile/entries/001", 300, "entry 300 was altered" },
        { "the last entry", "tile/entries/002.p/200", "entry:712", "tile/entries/002.p/200", 712, "entry 712 was altered" },
        { "a hash above", "tile/1/000.p/2", "byte:33", "tile/1/000.p/2", 257, "hash over entries from 257 was altered" },
        { "a tile gone", "tile/0/001", "gone", "tile/0/001", 257, "is missing" },
        { "a bundle gone", "tile/entries/000", "gone", "tile/entries/000", 1, "is missing" },
        { "a bundle cut", "tile/entries/001", "cut", "tile/entries/001", 512, "ends within its 256th entry" },
        { "a bundle far too long", "tile/entries/001", "long", "tile/entries/001", 257, "can't be made out" },
        { "the size", "checkpoint", "size", "checkpoint", null, "has a signature of banyan/kai/north that is not its own" },
        { "the root", "checkpoint", "root", "checkpoint", null, "has a signature of banyan/kai/north that is not its own" },
        { "the signature", "checkpoint", "signature:0:20", "checkpoint", null, "has a signature of banyan/kai/north that is not its own" },
        { "a cosignature", "checkpoint", "signature:1:20", "checkpoint", null, "/witness that is not its own" },
        { "a cosignature's time", "checkpoint", "signature:1:7", "checkpoint", null, "/witness that is not its own" },
        { "no cosignature", "checkpoint", "uncosigned", "checkpoint", null, "is cosigned by 0 witnesses of other regions, and 1 are needed" },
        { "a cosignature by an unknown key", "checkpoint", "unknown", "checkpoint", null, "is cosigned by 0 witnesses of other regions, and 1 are needed" },
        { "signed by an unknown key", "checkpoint", "another writer", "checkpoint", null, "is signed by no key of the log's writers (north)" },
        { "the checkpoint cut", "checkpoint", "cut", "checkpoint", null, "is cut off" },
        { "the checkpoint gone", "checkpoint", "gone", "checkpoint", null, "the checkpoint is missing" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Verify_PublishedFolderAltered_IsFoundAndNamedLiveAndOffline(string what, string path, string how, string place, long? entry, string says)
    {
        var file = Path.Combine(platform.Copy, path);
        try
        {
            await AlterAsync(file, how);
            ShouldName(what, await platform.VerifyAsync(platform.Data.Objects(LoggedPlatform.Partition), "--keys", platform.Data.LogKeys), place, entry, says);
            ShouldName(what, await platform.VerifyAsync(), place, entry, $"(in the copy {platform.Copy})");
        }
        finally
        {
            await platform.RestoreAsync();
        }
    }

    [Theory]
    [InlineData("size", "that is not its own")]
    [InlineData("cut", "is cut off")]
    [InlineData("signature:0:20", "has a signature of banyan/kai/north that is not its own")]
    public async Task Verify_WhatAWitnessKeepsAltered_IsFoundAndNamed(string how, string says)
    {
        var region = platform.Cosigner;
        await FindsAsync(how, () => AlterAsync(platform.WitnessFile(region), how), $"the witness of {region}", null, says);
    }

    private async Task FindsAsync(string what, Func<Task> tamper, string place, long? entry, params string[] says)
    {
        try
        {
            await tamper();
            ShouldName(what, await platform.VerifyAsync(), place, entry, says);
        }
        finally
        {
            await platform.RestoreAsync();
        }
    }

    private static void ShouldName(string what, Verified verified, string place, long? entry, params string[] says)
    {
        verified.Exit.ShouldBe(1, $"{what}: {verified}");
        var first = verified.Problems[0];
        (first.Place, first.Entry).ShouldBe((place, entry), $"{what}: {verified}");
        first.Message.ShouldContain(says[0], customMessage: what);
        foreach (var more in says.Skip(1))
            verified.Problems.ShouldContain(p => p.Message.Contains(more, StringComparison.Ordinal), verified.ToString());
    }

    private static async Task AlterAsync(string file, string how)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        switch (how.Split(':'))
        {
            case ["gone"]: File.Delete(file); return;
            case ["cut"]: bytes = bytes[..^1]; break;
            case ["long"]: bytes = new byte[64 << 20]; break;
            case ["byte", var at]: bytes[int.Parse(at, null)] ^= 1; break;
            case ["entry", var position]: bytes[Find(bytes, $"\"position\":{position},") + "\"position\":".Length] ^= 1; break;
            default: bytes = AlterNote(bytes, how); break;
        }

        await File.WriteAllBytesAsync(file, bytes);
    }

    private static byte[] AlterNote(byte[] bytes, string how)
    {
        SignedNote.TryParse(bytes, out var note, out var problem).ShouldBeTrue(problem);
        using var stranger = SigningKey.Generate();
        return how.Split(':') switch
        {
            ["size"] => Encoding.UTF8.GetBytes(note!.ToString().Replace("\n712\n", "\n711\n", StringComparison.Ordinal)),
            ["root"] => Encoding.UTF8.GetBytes(note!.ToString().Replace("\n712\n" + note.Text.Split('\n')[2], "\n712\n" + MerkleHasher.EmptyRoot, StringComparison.Ordinal)),
            ["signature", var number, var at] => note!.WithOnly(note.Signatures.Select((s, i) => i != int.Parse(number, null) ? s : s with { Bytes = s.Bytes.ToArray().Select((b, n) => n == int.Parse(at, null) ? (byte)(b ^ 1) : b).ToArray() })).ToBytes(),
            ["uncosigned"] => note!.WithOnly(note.Signatures.Take(1)).ToBytes(),
            ["unknown"] => note!.WithOnly([note.Signatures[0], note.SignBy(NoteSigner.OfWitness("banyan/kai/south/witness", stranger, TimeProvider.System))]).ToBytes(),
            ["another writer"] => note!.WithOnly([note.SignBy(NoteSigner.OfLog(LoggedPlatform.Origin, stranger)), .. note.Signatures.Skip(1)]).ToBytes(),
            _ => throw new ArgumentException(how, nameof(how)),
        };
    }

    private static int Find(ReadOnlySpan<byte> bytes, string text) => bytes.IndexOf(Encoding.UTF8.GetBytes(text)) is >= 0 and var at ? at : throw new InvalidOperationException($"'{text}' is not there");
}
