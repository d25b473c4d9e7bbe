using System.Net;
using System.Text;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Tests.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Witness;

public sealed class CheckpointCosignerTests : IDisposable
{
    private readonly WitnessNet _net = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cosign_AllThere_CheckpointHoldsAndLaterOnesToo()
    {
        var (cosigner, log) = (_net.Cosigner("north"), new MemoryLog(3));
        for (var round = 0; round < 4; round++)
        {
            var outcome = await cosigner.CosignAsync(_net.Request("north", log), None);
            outcome.HasQuorum.ShouldBeTrue();
            outcome.Refused.ShouldBeEmpty();
            _net.Keys.TrustOf(WitnessNet.Origin("north"))!.Judge(outcome.Note).ShouldSatisfyAllConditions(
                static v => v.Problems.ShouldBeEmpty(), static v => v.Signers.ShouldBe(["north"]), static v => v.Cosigners.Count.ShouldBeGreaterThanOrEqualTo(2));
            log.Append([(byte)round]);
        }
    }

    [Fact]
    public async Task Cosign_SomeDown_PublishedWithTheOthersAndSaid()
    {
        var log = new MemoryLog(3);
        foreach (var down in new[] { "south", "west", "centre" })
            _net.Instead[down] = static (_, _) => throw new HttpRequestException("Connection refused");
        var outcome = await _net.Cosigner("north").CosignAsync(_net.Request("north", log), None);
        outcome.Cosigned.ShouldBe(["east"]);
        outcome.Lagging.Order().ShouldBe(["centre", "south", "west"]);
        outcome.HasQuorum.ShouldBeFalse();
        _net.Keys.TrustOf(WitnessNet.Origin("north"))!.Judge(outcome.Note).ShouldSatisfyAllConditions(
            static v => v.IsSigned.ShouldBeTrue(), static v => v.Problems.ShouldHaveSingleItem().ShouldContain("cosigned by 1 witnesses of other regions, and 2 are needed"));
        _net.Said.Count(static s => s.Level == LogLevel.Warning && s.Message.Contains("can't be asked", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Cosign_SilentWitnesses_TheRoundEndsWithoutThem()
    {
        using var released = new CancellationTokenSource();
        foreach (var silent in new[] { "south", "west", "centre" })
        {
            _net.Instead[silent] = async (_, cancel) =>
            {
                await Task.Delay(Timeout.Infinite, cancel);
                throw new InvalidOperationException();
            };
        }

        var outcome = await _net.Cosigner("north", static o => o with { Patience = TimeSpan.FromMilliseconds(300) }).CosignAsync(_net.Request("north", new MemoryLog(3)), None);
        outcome.Cosigned.Count.ShouldBeLessThanOrEqualTo(1); // East's, unless this machine was slow.
        outcome.Lagging.ShouldContain("south");
    }

    [Fact]
    public async Task Cosign_AQuorumThere_WaitsForNobodyElse()
    {
        _net.Instead["centre"] = static async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            throw new InvalidOperationException();
        };
        (await _net.Cosigner("north").CosignAsync(_net.Request("north", new MemoryLog(3)), None)).HasQuorum.ShouldBeTrue();
    }

    [Fact]
    public async Task Cosign_AWitnessMissedSome_ItIsBroughtAlong()
    {
        var (cosigner, log) = (_net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }), new MemoryLog(3));
        (await cosigner.CosignAsync(_net.Request("north", log), None)).Cosigned.Count.ShouldBe(4);
        _net.Instead["west"] = static (_, _) => throw new HttpRequestException("gone");
        log.Append([1]);
        (await cosigner.CosignAsync(_net.Request("north", log), None)).Lagging.ShouldBe(["west"]);
        _net.Instead.Clear();
        log.Append([2]);
        (await cosigner.CosignAsync(_net.Request("north", log), None)).Cosigned.Count.ShouldBe(4);
        // Another cell takes over and knows nothing of what witnesses have.
        log.Append([3]);
        (await _net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }).CosignAsync(_net.Request("north", log), None)).Cosigned.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Cosign_OurLogForked_RefusedToldAndKept()
    {
        (await _net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }).CosignAsync(_net.Request("north", new MemoryLog(300)), None)).HasQuorum.ShouldBeTrue();
        var outcome = await _net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }).CosignAsync(_net.Request("north", new MemoryLog(310, salt: "!")), None);
        outcome.Cosigned.ShouldBeEmpty();
        outcome.Refused.Count.ShouldBe(4);
        _net.Said.ShouldContain(static s => s.Level == LogLevel.Critical && s.Message.Contains("FORK", StringComparison.Ordinal));
        Directory.GetFiles(Path.Combine(_net.Folder, "north", "evidence")).ShouldHaveSingleItem();
        _net.Witness("north").Alarms.Finding.ShouldNotBeNull();
    }

    /// <summary>A failover to a standby that lacked what was published: fewer entries than witnesses saw.</summary>
    [Fact]
    public async Task Cosign_FewerEntriesThanWitnessesSaw_RefusedToldAndKept()
    {
        await _net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }).CosignAsync(_net.Request("north", new MemoryLog(300)), None);
        var outcome = await _net.Cosigner("north").CosignAsync(_net.Request("north", new MemoryLog(299)), None);
        outcome.HasQuorum.ShouldBeFalse();
        outcome.Refused.Count.ShouldBe(4);
        File.ReadAllText(Directory.GetFiles(Path.Combine(_net.Folder, "north", "evidence")).First()).ShouldContain("of size 300, which is more than the log has here");
    }

    [Fact]
    public async Task Cosign_AWitnessLies_IsSaidAndItsWordNotTaken()
    {
        var note = _net.Sign("north", new MemoryLog(3));
        var foreign = _net.WitnessSigner("centre");
        _net.Instead["south"] = (_, _) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(note.SignBy(foreign).Line + "\n") }); // Another's.
        _net.Instead["west"] = static (_, _) => Task.FromResult(new HttpResponseMessage { Content = new StringContent("— banyan/kai/west/witness AAAA\n") });
        _net.Instead["centre"] = static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Conflict) { Content = new StringContent("4000\n") }); // Has seen nothing of the kind.
        var outcome = await _net.Cosigner("north").CosignAsync(_net.Request("north", new MemoryLog(3)), None);
        outcome.Cosigned.ShouldBe(["east"]);
        outcome.Refused.Order().ShouldBe(["centre", "south", "west"]);
        outcome.Note.Signatures.Count.ShouldBe(2);
        _net.Said.Count(static s => s.Level == LogLevel.Critical).ShouldBe(3);
        _net.Said.ShouldContain(static s => s.Message.Contains("centre says that it has cosigned", StringComparison.Ordinal) && s.Message.Contains("shows no checkpoint", StringComparison.Ordinal));
        Directory.Exists(Path.Combine(_net.Folder, "north", "evidence")).ShouldBeFalse(); // Nothing proves it.
    }

    [Theory]
    [InlineData("409 without a size", 409, "what")]
    [InlineData("an error", 500, "")]
    [InlineData("a redirect", 302, "")]
    public async Task Cosign_AWitnessAnswersNonsense_Lags(string what, int status, string body)
    {
        foreach (var region in new[] { "south", "west", "centre" })
            _net.Instead[region] = (_, _) => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });
        (await _net.Cosigner("north").CosignAsync(_net.Request("north", new MemoryLog(3)), None)).Lagging.Count.ShouldBe(3, what);
    }

    [Fact]
    public async Task Newest_SeveralSeen_TheLargestThatAWriterSigned()
    {
        var (cosigner, log) = (_net.Cosigner("north", static o => o with { Keys = o.Keys with { Quorum = 4 } }), new MemoryLog(3));
        (await cosigner.NewestAsync(WitnessNet.Origin("north"), None)).ShouldSatisfyAllConditions(static h => h.Newest.ShouldBeNull(), static h => h.Answered.ShouldBe(4));
        await cosigner.CosignAsync(_net.Request("north", log), None);
        log.Append([1]);
        _net.Instead["west"] = static (_, _) => throw new HttpRequestException("gone");
        await cosigner.CosignAsync(_net.Request("north", log), None);
        // A witness alone can't make up a larger one.
        var made = SignedNote.Sign(new Checkpoint(WitnessNet.Origin("north"), 4000, log.Root).Text, _net.WitnessSigner("south"));
        _net.Instead["south"] = (_, _) => Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(made.ToBytes()) });
        var history = await _net.Cosigner("north").NewestAsync(WitnessNet.Origin("north"), None);
        history.Checkpoint!.Size.ShouldBe(4);
        (history.Answered, history.Asked).ShouldBe((3, 4));
        Encoding.UTF8.GetString(history.Newest!.ToBytes()).ShouldContain("banyan/kai/north");
    }

    public void Dispose() => _net.Dispose();
}
