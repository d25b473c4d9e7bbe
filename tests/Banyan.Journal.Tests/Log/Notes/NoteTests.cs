using System.Globalization;
using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Tests.Log.Notes;

public sealed class NoteTests : IDisposable
{
    /// <summary>C2SP signed-note's own example.</summary>
    private const string ExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private const string Example = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly SigningKey _other = SigningKey.Generate();

    private static string Text => new Checkpoint("banyan/kai/east-africa", 12, MerkleHasher.EmptyRoot).Text;

    [Fact]
    public void Verify_TheSpecificationsExample_Holds()
    {
        VerifierKey.TryParse(ExampleKey, out var key).ShouldBeTrue();
        key.ToString().ShouldBe(ExampleKey);
        var note = Read(Example);
        note.Verify([key]).Holds.ShouldBeTrue();
        note.ToString().ShouldBe(Example);
        Read(Example.Replace("example m", "examine m", StringComparison.Ordinal)).Verify([key]).Wrong.ShouldHaveSingleItem();
    }

    [Fact]
    public void Verify_SeveralAndUnknownSignatures_CountsTheKnown()
    {
        var (log, witness) = (NoteSigner.OfLog("banyan/kai/east-africa", _key), NoteSigner.OfWitness("banyan/kai/west-africa/witness", _other, TimeProvider.System));
        var note = Read(SignedNote.Sign(Text, log, witness).ToString());

        note.Verify([log.Key, witness.Key]).Verified.Select(static v => v.Key).ShouldBe([log.Key, witness.Key]);
        note.Verify([witness.Key]).Holds.ShouldBeTrue();
        note.Verify([]).Holds.ShouldBeFalse();
        note.Verify([NoteSigner.OfLog("banyan/kai/east-africa", _other).Key]).ShouldSatisfyAllConditions(static c => c.Verified.ShouldBeEmpty(), static c => c.Wrong.ShouldBeEmpty());
    }

    /// <summary>Name and id of a known key on a signature that is not its own spoil the note; either alone is an unknown key.</summary>
    [Fact]
    public void Verify_AKnownKeysSignatureIsWrong_NoteDoesNotHold()
    {
        var (log, witness) = (NoteSigner.OfLog("o", _key), NoteSigner.OfWitness("w", _other, TimeProvider.System));
        var note = SignedNote.Sign(Text, log, witness);
        var forged = note.Signatures[1] with { Bytes = note.Signatures[1].Bytes.ToArray().Select(static b => (byte)(b ^ 1)).ToArray() };

        note.With([forged]).Verify([log.Key, witness.Key]).Holds.ShouldBeFalse();
        note.WithOnly([note.Signatures[0], forged with { KeyId = 1 }]).Verify([log.Key, witness.Key]).Holds.ShouldBeTrue();
        note.WithOnly([note.Signatures[0], forged with { Name = "x" }]).Verify([log.Key, witness.Key]).Holds.ShouldBeTrue();
    }

    [Fact]
    public void Verify_ACosignaturesTime_IsSigned()
    {
        var witness = NoteSigner.OfWitness("w", _key, TimeProvider.System);
        var note = SignedNote.Sign(Text, witness);
        Cosignature.TimeOf(note.Signatures[0].Bytes.Span).ShouldBeInRange(1_700_000_000, 10_000_000_000);
        var later = note.Signatures[0].Bytes.ToArray();
        later[7]++;
        note.WithOnly([note.Signatures[0] with { Bytes = later }]).Verify([witness.Key]).Holds.ShouldBeFalse();
    }

    /// <summary>A key of one type can't be passed off as one of the other: the type is in the id, and in what is signed.</summary>
    [Fact]
    public void Verify_ASignatureOfTheOtherType_DoesNotHold()
    {
        var (log, witness) = (NoteSigner.OfLog("n", _key), NoteSigner.OfWitness("n", _key, TimeProvider.System));
        log.Key.Id.ShouldNotBe(witness.Key.Id);
        var note = SignedNote.Sign(Text, log);
        note.WithOnly([note.Signatures[0] with { KeyId = witness.Key.Id }]).Verify([witness.Key]).Holds.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— a AAAAAAA=")]
    [InlineData("\n\n")]
    [InlineData("text\n— a AAAAAAA=\n")]
    [InlineData("te\txt\n\n— a AAAAAAA=\n")]
    [InlineData("te\rxt\n\n— a AAAAAAA=\n")]
    [InlineData("text\n\n- a AAAAAAA=\n")]
    [InlineData("text\n\n— a  AAAAAAA=\n")]
    [InlineData("text\n\n— a+b AAAAAAA=\n")]
    [InlineData("text\n\n— a AAAAAA\n")]
    [InlineData("text\n\n— a AAAAAA==\n")]
    [InlineData("text\n\n— a AAAAAAA=\n\n")]
    [InlineData("text\n\n—a AAAAAAA=\n")]
    [InlineData("text\n\n— a AAAA AAA=\n")]
    public void TryParse_NoNote_SaysWhy(string note)
    {
        SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void TryParse_EmptyLinesInTheText_TheLastOneSeparates() => Read("a\n\nb\n\n— a AAAAAAA=\n").Text.ShouldBe("a\n\nb\n");

    [Fact]
    public void TryParse_NotUtf8OrTooMuch_IsRefused()
    {
        SignedNote.TryParse([.. Encoding.UTF8.GetBytes(Example), 0xff, (byte)'\n'], out _, out _).ShouldBeFalse();
        var line = "— a AAAAAAA=\n";
        SignedNote.TryParse(Encoding.UTF8.GetBytes("t\n\n" + string.Concat(Enumerable.Repeat(line, SignedNote.MostSignatures))), out _, out _).ShouldBeTrue();
        SignedNote.TryParse(Encoding.UTF8.GetBytes("t\n\n" + string.Concat(Enumerable.Repeat(line, SignedNote.MostSignatures + 1))), out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("100");
        SignedNote.TryParse(new byte[SignedNote.MostBytes + 1], out _, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("")]
    [InlineData(null)]
    public void VerifierKey_NotOne_IsRefused(string? text) => VerifierKey.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("o\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true)]
    [InlineData("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n", true)]
    [InlineData("o\n9223372036854775807\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true)]
    [InlineData("o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("o\n012\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("o\n \n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("o\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n", false)]
    [InlineData("o\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", false)]
    [InlineData("o\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", false)]
    [InlineData("o\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\na\n\nb\n", false)]
    [InlineData("o\n12\n", false)]
    public void Checkpoint_AnyText_IsReadWhereItIsOne(string text, bool isOne)
    {
        Checkpoint.TryParse(text, out var checkpoint, out var problem).ShouldBe(isOne, problem);
        checkpoint?.Text.ShouldBe(text);
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    private static SignedNote Read(string text)
    {
        SignedNote.TryParse(Encoding.UTF8.GetBytes(text), out var note, out var problem).ShouldBeTrue(string.Create(CultureInfo.InvariantCulture, $"{problem}"));
        return note!;
    }
}
