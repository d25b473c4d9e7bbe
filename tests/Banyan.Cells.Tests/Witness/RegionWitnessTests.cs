using System.Text;
using Banyan.Cells.Witness;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Tests.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Witness;

/// <summary>C2SP tlog-witness, add-checkpoint: each of its answers.</summary>
public sealed class RegionWitnessTests : IDisposable
{
    private readonly WitnessNet _net = new();

    [Fact]
    public async Task Add_FirstThenLarger_CosignsEach()
    {
        var (witness, log) = (_net.Witness("west"), new MemoryLog(5));
        await CosignedAsync(witness, log, 0);
        for (var i = 0; i < 300; i++)
            log.Append([1, (byte)i]);
        await CosignedAsync(witness, log, 5);
        await CosignedAsync(witness, log, 305); // The same again: a log may ask for a newer time.
        witness.Alarms.Finding.ShouldBeNull();
    }

    [Fact]
    public async Task Add_AnEmptyLog_IsCosigned()
    {
        var log = new MemoryLog(0);
        await CosignedAsync(_net.Witness("west"), log, 0);
        log.Append([1]);
        await CosignedAsync(_net.Witness("west"), log, 0);
    }

    [Fact]
    public async Task Add_UnknownOrigin_404()
    {
        var log = new MemoryLog(5);
        var note = SignedNote.Sign(new Checkpoint("banyan/kai/nowhere", 5, log.Root).Text, _net.LogSigner("north", "north"));
        Add("west", await WitnessNet.BodyAsync(log, 0, note)).Status.ShouldBe(404);
    }

    /// <summary>A log that follows one that could not be continued: the same writers, under its name, and a history of its own.</summary>
    [Fact]
    public async Task Add_ALogThatFollows_IsCosignedAndRemembered()
    {
        await CosignedAsync(_net.Witness("west"), new MemoryLog(50), 0);
        var (log, origin) = (new MemoryLog(30, salt: "!"), LogNames.OfGeneration(WitnessNet.Origin("north"), 2));
        SignedNote Sign(string name, string by) => SignedNote.Sign(new Checkpoint(name, log.Size, log.Root).Text, _net.LogSigner("north", by).Named(name));
        Add("west", await WitnessNet.BodyAsync(log, 0, Sign(origin, "west"))).Status.ShouldBe(403); // no writer of it
        Add("west", await WitnessNet.BodyAsync(log, 0, Sign(origin, "north"))).Status.ShouldBe(200);

        var again = _net.Restart("west");
        again.Newest(WitnessStore.NameOf(origin)).ShouldNotBeNull().Text.ShouldStartWith(origin + "\n30\n");
        again.Newest(WitnessStore.NameOf(WitnessNet.Origin("north"))).ShouldNotBeNull().Text.ShouldStartWith(WitnessNet.Origin("north") + "\n50\n");
        Add("west", await WitnessNet.BodyAsync(log, 0, Sign(origin, "north"))).Status.ShouldBe(409);
        _net.Keys.TrustOf(origin)!.Judge(again.Newest(WitnessStore.NameOf(origin))!).Cosigners.ShouldBe(["west"]);
        _net.Said.ShouldContain(s => s.Level == LogLevel.Warning && s.Message.Contains(origin + " is shown: a log that follows", StringComparison.Ordinal));
        foreach (var none in new[] { WitnessNet.Origin("north") + "/1", WitnessNet.Origin("north") + "/100", "banyan/kai/nowhere/2" })
            Add("west", await WitnessNet.BodyAsync(log, 0, Sign(none, "north"))).Status.ShouldBe(404);
        again.Newest(new string('0', 64)).ShouldBeNull();
        again.Newest("../" + new string('a', 61)).ShouldBeNull();
    }

    [Fact]
    public async Task Add_NotSignedByAWriter_403()
    {
        var log = new MemoryLog(5);
        var text = new Checkpoint(WitnessNet.Origin("north"), 5, log.Root).Text;
        var signed = SignedNote.Sign(text, _net.LogSigner("north", "north"));
        var spoilt = signed.WithOnly([signed.Signatures[0] with { Bytes = new byte[64] }]);
        SignedNote[] notes =
        [
            SignedNote.Sign(text, _net.LogSigner("north", "west")), // Holds no database of it.
            SignedNote.Sign(text, _net.WitnessSigner("north")),
            spoilt,
            SignedNote.Sign(text, _net.LogSigner("north", "north"), _net.LogSigner("north", "east")) is var both ? both.WithOnly([both.Signatures[0], both.Signatures[1] with { Bytes = new byte[64] }]) : null!,
        ];
        foreach (var note in notes)
            Add("west", await WitnessNet.BodyAsync(log, 0, note)).Status.ShouldBe(403);
    }

    /// <summary>A region is no witness of what it wrote itself.</summary>
    [Fact]
    public async Task Add_WrittenByTheWitnessOwnRegion_403()
    {
        var log = new MemoryLog(5);
        Add("east", await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log, "east"))).Status.ShouldBe(403);
        Add("east", await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log, "north"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Add_Malformed_400()
    {
        var log = new MemoryLog(5);
        var good = Encoding.UTF8.GetString(await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log)));
        var hash = log.Root.ToString();
        string[] bodies =
        [
            "", "old 0", "old 0\n", "old 0\n\n", good.Replace("old 0", "old 00", StringComparison.Ordinal), good.Replace("old 0", "old -1", StringComparison.Ordinal), good.Replace("old 0", "new 0", StringComparison.Ordinal),
            good.Replace("old 0\n", "old 0\nAAAA\n", StringComparison.Ordinal), good.Replace("old 0\n", "old 0\n" + string.Concat(Enumerable.Repeat(hash + "\n", 64)), StringComparison.Ordinal),
            good.Replace("\n5\n", "\nfive\n", StringComparison.Ordinal), good[..^1], good.Replace("old 0\n", "old 9223372036854775808\n", StringComparison.Ordinal),
        ];
        foreach (var body in bodies)
            Add("west", Encoding.UTF8.GetBytes(body)).Status.ShouldBe(400, body);
        Add("west", Encoding.UTF8.GetBytes(good)).Status.ShouldBe(200);
        Add("west", Encoding.UTF8.GetBytes(good.Replace("old 0\n", "old 6\n", StringComparison.Ordinal))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Add_OtherSizeThanTheOneSeen_409WithIt()
    {
        var (witness, log) = (_net.Witness("west"), new MemoryLog(5));
        await CosignedAsync(witness, log, 0);
        log.Append([7]);
        var answer = witness.Add(await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log)));
        answer.Status.ShouldBe(409);
        answer.ContentType.ShouldBe("text/x.tlog.size");
        Encoding.ASCII.GetString(answer.Body).ShouldBe("5\n");
    }

    [Fact]
    public async Task Add_ProofOrRootThatDoesNotFit_422AndNothingChanges()
    {
        var (witness, log) = (_net.Witness("west"), new MemoryLog(5));
        var empty = SignedNote.Sign(new Checkpoint(WitnessNet.Origin("north"), 0, log.Root).Text, _net.LogSigner("north", "north"));
        witness.Add(new AddCheckpointBody(0, [], empty).ToBytes()).Status.ShouldBe(422);
        witness.Add(new AddCheckpointBody(0, [log.Root], _net.Sign("north", log)).ToBytes()).Status.ShouldBe(422);
        await CosignedAsync(witness, log, 0);
        var before = witness.Newest(WitnessStore.NameOf(WitnessNet.Origin("north")))!.ToString();
        for (var i = 0; i < 4; i++)
            log.Append([7]);
        witness.Add(new AddCheckpointBody(5, [], _net.Sign("north", log)).ToBytes()).Status.ShouldBe(422);
        witness.Add(new AddCheckpointBody(5, [log.Root, log.Root, log.Root, log.Root], _net.Sign("north", log)).ToBytes()).Status.ShouldBe(422);
        witness.Newest(WitnessStore.NameOf(WitnessNet.Origin("north")))!.ToString().ShouldBe(before);
        await CosignedAsync(witness, log, 5);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0)] // It also learns of a fork from whom it would only tell its size.
    public async Task Add_TwoCheckpointsOfOneSize_RefusedToldAndKept(long old)
    {
        var (witness, log, fork) = (_net.Witness("west"), new MemoryLog(5), new MemoryLog(5, salt: "!"));
        await CosignedAsync(witness, log, 0);

        witness.Add(new AddCheckpointBody(old, [], _net.Sign("north", fork)).ToBytes()).Status.ShouldBe(old == 5 ? 422 : 409);

        _net.Said.ShouldContain(static s => s.Level == LogLevel.Critical && s.Message.Contains("two checkpoints of size 5", StringComparison.Ordinal));
        witness.Alarms.Finding.ShouldNotBeNull().ShouldContain("two checkpoints of size 5");
        var evidence = File.ReadAllText(Directory.GetFiles(Path.Combine(_net.Folder, "west", "evidence")).ShouldHaveSingleItem());
        foreach (var note in evidence.Split("\n\n", 2)[1].Split("\n==========\n\n"))
        {
            SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out var read, out var problem).ShouldBeTrue(problem);
            read.Verify([_net.LogSigner("north", "north").Key]).Holds.ShouldBeTrue();
        }

        evidence.ShouldContain(log.Root.ToString());
        evidence.ShouldContain(fork.Root.ToString());
        witness.Add(new AddCheckpointBody(old, [], _net.Sign("north", fork)).ToBytes()); // Once is enough.
        _net.Said.Count(static s => s.Level == LogLevel.Critical).ShouldBe(1);
        _net.Restart("west").Alarms.Finding.ShouldNotBeNull().ShouldContain("evidence");
    }

    [Fact]
    public async Task Add_AForkThatGrew_RefusedToldAndKept()
    {
        var (witness, log, fork) = (_net.Witness("west"), new MemoryLog(5), new MemoryLog(9, salt: "!"));
        await CosignedAsync(witness, log, 0);

        witness.Add(await WitnessNet.BodyAsync(fork, 5, _net.Sign("north", fork))).Status.ShouldBe(422);

        _net.Said.ShouldContain(static s => s.Level == LogLevel.Critical && s.Message.Contains("does not begin with", StringComparison.Ordinal));
        Directory.GetFiles(Path.Combine(_net.Folder, "west", "evidence")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Add_AfterARestart_KnowsWhatItSaw()
    {
        var log = new MemoryLog(5);
        await CosignedAsync(_net.Witness("west"), log, 0);
        var restarted = _net.Restart("west");
        log.Append([7]);
        restarted.Add(await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log))).Status.ShouldBe(409);
        await CosignedAsync(restarted, log, 5);
    }

    [Fact]
    public async Task Add_WhatItSawIsDamaged_CosignsNothing()
    {
        var log = new MemoryLog(5);
        await CosignedAsync(_net.Witness("west"), log, 0);
        File.WriteAllText(Directory.GetFiles(Path.Combine(_net.Folder, "west")).Single(), "half a checkpoi");

        _net.Restart("west").Add(await WitnessNet.BodyAsync(log, 5, _net.Sign("north", log))).Status.ShouldBe(500);
        _net.Said.ShouldContain(static s => s.Level == LogLevel.Error && s.Message.Contains("can't be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Add_CanNotBeKept_IsNotCosigned()
    {
        var log = new MemoryLog(5);
        File.WriteAllText(Path.Combine(_net.Folder, "west"), "a file where the folder should be");
        Add("west", await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log))).Status.ShouldBe(500);
    }

    [Fact]
    public async Task Add_TwoForksAtOnce_OneIsCosigned()
    {
        var bodies = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var log = new MemoryLog(5, salt: $"{i}");
            return await WitnessNet.BodyAsync(log, 0, _net.Sign("north", log));
        }));
        var witness = _net.Witness("west");
        var answers = await Task.WhenAll(bodies.Select(b => Task.Run(() => witness.Add(b).Status)));
        answers.Count(static s => s == 200).ShouldBe(1);
        answers.Count(static s => s == 409).ShouldBe(15);
    }

    [Fact]
    public async Task Newest_WhatItCosigned_HasBothSignaturesAndNoStranger()
    {
        var (witness, log) = (_net.Witness("west"), new MemoryLog(5));
        var stranger = _net.Sign("north", log).With([new NoteSignature("stranger", 7, new byte[64])]);
        witness.Add(await WitnessNet.BodyAsync(log, 0, stranger)).Status.ShouldBe(200);
        var newest = witness.Newest(WitnessStore.NameOf(WitnessNet.Origin("north"))).ShouldNotBeNull();
        newest.Signatures.Select(static s => s.Name).ShouldBe(["banyan/kai/north", "banyan/kai/west/witness"]);
        witness.Newest(WitnessStore.NameOf(WitnessNet.Origin("south"))).ShouldBeNull();
        witness.Newest("00").ShouldBeNull();
    }

    public void Dispose() => _net.Dispose();

    private WitnessAnswer Add(string region, byte[] body) => _net.Witness(region).Add(body);

    private async Task CosignedAsync(RegionWitness witness, MemoryLog log, long old)
    {
        var note = _net.Sign("north", log);
        var answer = witness.Add(await WitnessNet.BodyAsync(log, old, note));
        answer.Status.ShouldBe(200);
        var line = NoteSignature.Parse(Encoding.UTF8.GetString(answer.Body).TrimEnd('\n')).ShouldNotBeNull();
        note.With([line]).Verify([_net.WitnessSigner(witness.Options.Region).Key]).Holds.ShouldBeTrue();
    }
}
