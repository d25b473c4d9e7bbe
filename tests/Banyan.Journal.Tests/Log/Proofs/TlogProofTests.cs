using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Tests.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Proofs;

public sealed class TlogProofTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly MemoryLog _log = new(300);

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(299)]
    public async Task Check_WrittenAndReadAgain_Holds(int index)
    {
        var proof = await MakeAsync(index);
        TlogProof.TryParse(proof.ToBytes(), out var read, out var problem).ShouldBeTrue(problem);
        read!.ToString().ShouldBe(proof.ToString());
        read.Extra!.Value.ToArray().ShouldBe(_log.Leaves[index]);
        read.Check(_log.Leaves[index]).ShouldBe(ProofFault.None);
        read.Check(_log.Leaves[index ^ 1]).ShouldBe(ProofFault.OtherRoot);
        (read with { Index = index ^ 1 }).Check(_log.Leaves[index]).ShouldNotBe(ProofFault.None);
    }

    [Fact]
    public async Task TryParse_CutAnywhere_IsRefusedOrLacksNothingThatCounts()
    {
        var text = (await MakeAsync(7)).ToString();
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
        {
            TlogProof.TryParse(bytes.AsSpan(0, length), out _, out var problem).ShouldBeFalse($"{length}");
            problem.ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2")]
    [InlineData("index 7", "index 07")]
    [InlineData("index 7", "index -7")]
    [InlineData("index 7", "Index 7")]
    [InlineData("extra ", "extra *")]
    [InlineData("\n\nbanyan", "\nAAAA\n\nbanyan")]
    public async Task TryParse_Malformed_SaysWhy(string part, string instead)
    {
        var text = (await MakeAsync(7)).ToString();
        text.ShouldContain(part);
        TlogProof.TryParse(Encoding.UTF8.GetBytes(text.Replace(part, instead, StringComparison.Ordinal)), out _, out var problem).ShouldBeFalse();
        problem.ShouldNotBeNullOrEmpty();
    }

    public void Dispose() => _key.Dispose();

    private async Task<TlogProof> MakeAsync(int index)
    {
        var note = SignedNote.Sign(new Checkpoint("banyan/kai/north", _log.Size, _log.Root).Text, NoteSigner.OfLog("banyan/kai/north", _key));
        return new TlogProof(index, await new TileTree(_log, _log.Size).InclusionAsync(index, TestContext.Current.CancellationToken), note) { Extra = _log.Leaves[index] };
    }
}
