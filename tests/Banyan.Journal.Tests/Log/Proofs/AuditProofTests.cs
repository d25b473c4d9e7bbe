using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Tests.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Proofs;

public sealed class AuditProofTests : IDisposable
{
    private readonly SigningKey _north = SigningKey.Generate();
    private readonly SigningKey _south = SigningKey.Generate();

    private static JournalEntry Entry => new(41, 2, new Guid("0192f3a4-5b6c-7d8e-9f00-112233445566"), new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero), "north", "identity", "banyan.account.made.v1", "person-1", "application/json", "{\"name\":\"Amina\"}", null)
    {
        Salt = new Guid("11111111-2222-4333-8444-555555555555"),
        Actor = "process:cell.north",
    };

    private LogKeys Keys => new()
    {
        Platform = "kai",
        Quorum = 1,
        Logs = [new LogWriters(Origin, "north", [new LogParty("north", NoteSigner.OfLog(Origin, _north).Key)])],
        Witnesses = [new LogParty("south", Witness.Key)],
    };

    private static string Origin => LogNames.Origin("kai", "north");

    private NoteSigner Witness => NoteSigner.OfWitness("banyan/kai/south/witness", _south, TimeProvider.System);

    [Fact]
    public async Task Check_WrittenAndReadAgain_HoldsWithNothingElse()
    {
        var file = (await MakeAsync(Entry)).ToJson();
        var read = AuditProof.Parse(file);
        read.ToJson().ShouldBe(file);
        read.Check().ShouldSatisfyAllConditions(static r => r.Problems.ShouldBeEmpty(), static r => r.KeysAreItsOwn.ShouldBeTrue(), static r => r.Checkpoint!.Cosigners.ShouldBe(["south"]));
        read.Check(Keys).ShouldSatisfyAllConditions(static r => r.Problems.ShouldBeEmpty(), static r => r.KeysAreItsOwn.ShouldBeFalse());
    }

    /// <summary>After a person's deletion the proof still holds, and the file tells nothing of the person.</summary>
    [Fact]
    public async Task Check_AnErasedEntry_HoldsAndTellsNothing()
    {
        var before = await MakeAsync(Entry);
        var erased = Entry with { Subject = null, Data = "", Actor = null, Salt = null, Commitment = LeafCommitment.Compute(Entry.Salt!.Value, Entry.Actor, Entry.Subject, Entry.Data) };
        var after = await MakeAsync(erased);
        after.Leaf.ShouldBe(before.Leaf);
        AuditProof.Parse(after.ToJson()).Check(Keys).Problems.ShouldBeEmpty();
        var text = Encoding.UTF8.GetString(after.ToJson());
        text.ShouldNotContain("Amina");
        text.ShouldNotContain("person-1");
    }

    public static TheoryData<string, string, string> Alterations => new()
    {
        { "Amina", "Anina", "the entry is not what its leaf says" },
        { "person-1", "person-2", "the entry is not what its leaf says" },
        { "\"actor\": \"process:cell.north\"", "\"actor\": \"process:cell.south\"", "the entry is not what its leaf says" },
        { "\"salt\": \"11111111", "\"salt\": \"21111111", "the entry is not what its leaf says" },
        { "\"epoch\": 2", "\"epoch\": 3", "the entry is not what its leaf says" },
        { "\"position\": 41", "\"position\": 42", "the proof is of entry 41" },
        { "\"recorded_at\": \"2026-11-21T15", "\"recorded_at\": \"2026-11-21T16", "the entry is not what its leaf says" },
        { "\\nindex 40\\n", "\\nindex 39\\n", "does not lead from the leaf" },
        { "\\n300\\n", "\\n301\\n", "is not its own" },
        { "banyan/kai/north\\n300", "banyan/kai/east\\n300", "a log that the keys don't name" },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task Check_Altered_SaysWhat(string was, string becomes, string says)
    {
        var text = Encoding.UTF8.GetString((await MakeAsync(Entry)).ToJson());
        text.ShouldContain(was);
        AuditProof.Parse(Encoding.UTF8.GetBytes(text.Replace(was, becomes, StringComparison.Ordinal))).Check(Keys).Problems.ShouldContain(p => p.Contains(says, StringComparison.Ordinal));
    }

    /// <summary>Whoever makes a log of their own with keys of their own has a file that fits together: the keys are what tells.</summary>
    [Fact]
    public async Task Check_AForgersOwnKeys_FitTogetherAndFailAgainstOurs()
    {
        using var forger = new AuditProofTests();
        var forged = await forger.MakeAsync(Entry with { Data = "{}" });
        forged.Check().Problems.ShouldBeEmpty();
        forged.Check(Keys).Problems.ShouldContain(static p => p.Contains("is signed by no key of the log's writers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"banyan-proof/v2\"}")]
    public void Parse_SomethingElse_SaysWhat(string json) => Should.Throw<FormatException>(() => AuditProof.Parse(Encoding.UTF8.GetBytes(json))).Message.ShouldNotBeEmpty();

    public void Dispose()
    {
        _north.Dispose();
        _south.Dispose();
    }

    private async Task<AuditProof> MakeAsync(JournalEntry entry)
    {
        var log = new MemoryLog(40);
        log.Append(EntryLeaf.Of(entry));
        while (log.Size < 300)
            log.Append([1]);
        var note = SignedNote.Sign(new Checkpoint(Origin, log.Size, log.Root).Text, NoteSigner.OfLog(Origin, _north), Witness);
        return new AuditProof
        {
            Entry = entry,
            Leaf = Encoding.UTF8.GetString(EntryLeaf.Of(entry)),
            Proof = new TlogProof(40, await new TileTree(log, log.Size).InclusionAsync(40, TestContext.Current.CancellationToken), note) { Extra = EntryLeaf.Of(entry) },
            Keys = Keys,
        };
    }
}
