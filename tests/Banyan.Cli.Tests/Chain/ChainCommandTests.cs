using System.Text.Json;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Cli.Tests.Chain;

/// <summary><c>banyan chain</c> on a real node: the walks of docs/chain.md, and every way to be refused.</summary>
public sealed class ChainCommandTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_AsDeployed_NamesEverything_AndFindsNothingWrong()
    {
        await using var world = await ChainPlatform.StartAsync();
        (await world.AnchorAsync("accra", "tema", 42)).ShouldBeNull();

        var status = await world.JsonAsync("chain", "status");

        (status.GetProperty("threshold").GetInt32(), status.GetProperty("failover_needs").GetInt32(), status.GetProperty("paused").GetBoolean()).ShouldBe((2, 2, false));
        Texts(status, "contracts", "name").ShouldBe(["organisations", "anchors", "identities", "approvals"]);
        Texts(status, "contracts", "code").ShouldAllBe(static c => c.StartsWith("0x"));
        Texts(status, "organisations", "name").ShouldBe(["accra", "tema", "kumasi"]);
        status.GetProperty("organisations")[0].GetProperty("roles").EnumerateArray().Select(static r => r.GetString()).ShouldBe(["guardian", "registrar"]);
        status.GetProperty("keepers").EnumerateArray().ShouldAllBe(static k => k.GetProperty("operator").GetBoolean() && k.GetProperty("writes").GetInt32() == 3);
        status.GetProperty("logs")[1].GetProperty("size").GetInt64().ShouldBe(42);
        status.GetProperty("tasks").GetArrayLength().ShouldBe(0);
        (await world.RunAsync("chain")).ShouldContain("running; proposals need 2 of 3 organisations, a failover 2");
    }

    [Fact]
    public async Task Proposal_FromProposingToCarryingOut_SaysWhatItDoesAndWhatComesNext()
    {
        await using var world = await ChainPlatform.StartAsync();
        (await world.RunAsync("chain", "propose", "grant", "operator", "organisation:tema", "--as", "accra")).ShouldContain("1 of 2 organisations have approved proposal 1: banyan chain approve 1 --as ORGANISATION");
        var account = world.Platform.Chain!.Accounts[1].Organisation;

        var open = (await world.JsonAsync("chain", "proposals")).GetProperty("proposals").EnumerateArray().ShouldHaveSingleItem();
        open.GetProperty("does")[0].GetString().ShouldBe($"grants the role operator to the organisation tema ({account})");
        (open.GetProperty("state").GetString(), open.GetProperty("ready").GetBoolean(), open.GetProperty("proposer").GetString()).ShouldBe(("open", false, "accra"));
        open.GetProperty("approved_by").EnumerateArray().Select(static a => a.GetString()).ShouldBe(["accra"]);

        (await world.RefusedAsync("chain", "execute", "1", "--as", "accra")).ShouldBe("1 of 2 organisations have approved proposal 1: banyan chain approve 1 --as ORGANISATION");
        (await world.RunAsync("chain", "approve", "1", "--as", "tema")).ShouldContain("enough organisations have approved proposal 1: banyan chain execute 1 --as ORGANISATION");
        (await world.RunAsync("chain", "approve", "1", "--as", "tema", "--take-back")).ShouldContain("1 of 2");
        await world.RunAsync("chain", "approve", "1", "--as", "kumasi");
        (await world.RunAsync("chain", "execute", "1", "--as", "kumasi")).ShouldContain("proposal 1 executed by kumasi");

        (await world.JsonAsync("chain", "status")).GetProperty("organisations")[1].GetProperty("roles").EnumerateArray().Select(static r => r.GetString()).ShouldBe(["guardian", "registrar", "operator"]);
        (await world.RunAsync("chain", "proposals")).ShouldStartWith("nothing is open");
        (await world.RunAsync("chain", "proposals", "--all")).ShouldContain("1  executed  2 of 2 approvals (accra, kumasi)");
    }

    [Fact]
    public async Task PauseAndResume()
    {
        await using var world = await ChainPlatform.StartAsync();
        (await world.RunAsync("chain", "pause", "a key was stolen", "--as", "tema", "--yes")).ShouldContain("a key was stolen");

        (await world.AnchorAsync("accra", "tema", 42)).ShouldBe("a guardian has paused the contracts");
        var paused = await world.TryAsync("chain", "status");
        paused.Exit.ShouldBe(1);
        paused.Out.ShouldContain("PAUSED by a guardian");
        var command = Line(paused.Out, "a guardian has paused everything: ");
        await world.RunAsync(command.Split(' ')[1..]);
        await world.DecideAsync(1, "tema");

        (await world.AnchorAsync("accra", "tema", 42)).ShouldBeNull();
        (await world.RunAsync("chain", "status")).ShouldContain("running");
    }

    [Fact]
    public async Task AStolenKeeperKey_IsReplacedAtOnceEverywhere()
    {
        await using var world = await ChainPlatform.StartAsync();
        await using var thief = world.Ledger("accra");
        (await thief.AnchorAsync("tema", ChainPlatform.Head(1), Stop)).ShouldBeNull();
        var next = (await world.JsonAsync("chain", "key", "next", "keeper-accra")).GetProperty("account").GetString()!;

        var proposed = (await world.JsonAsync("chain", "propose", "replace-keeper", "accra", "--as", "kumasi")).GetProperty("acts")[0];
        proposed.GetProperty("does").GetArrayLength().ShouldBe((2 * 3) + 2, "of each log the former goes and the next comes, and so with the role");
        await world.DecideAsync(1, "tema");

        (await thief.AnchorAsync("tema", ChainPlatform.Head(2), Stop))!.ShouldContain("none of the log's writers");
        (await world.RunAsync("chain", "key", "replace", "keeper-accra", "--yes")).ShouldContain("keeper-accra.former-1.key");
        // The same keeper, which never ended: it takes the key that is there now.
        (await thief.AnchorAsync("tema", ChainPlatform.Head(2), Stop)).ShouldBeNull();
        var keeper = (await world.JsonAsync("chain", "status")).GetProperty("keepers")[0];
        (keeper.GetProperty("account").GetString(), keeper.GetProperty("operator").GetBoolean(), keeper.GetProperty("writes").GetInt32()).ShouldBe((next, true, 3));
        foreach (var file in Directory.GetFiles(Path.Combine(world.Data.Secrets, "chain")))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public async Task AStolenOrganisationKey_TheOthersGiveItAnother()
    {
        await using var world = await ChainPlatform.StartAsync();
        await world.RunAsync("chain", "propose", "grant", "operator", "kumasi", "--as", "accra");
        await world.RunAsync("chain", "key", "next", "organisation-accra");
        await world.RunAsync("chain", "propose", "replace-organisation", "accra", "--as", "kumasi");
        await world.DecideAsync(2, "tema");
        await world.RunAsync("chain", "key", "replace", "organisation-accra", "--yes");

        var first = (await world.JsonAsync("chain", "proposals", "1")).GetProperty("proposals")[0];
        first.GetProperty("approvals").GetInt32().ShouldBe(0, "what the stolen key approved counts no more");
        await world.RunAsync("chain", "approve", "1", "--as", "accra");
        (await world.JsonAsync("chain", "status")).GetProperty("organisations").EnumerateArray().ShouldAllBe(static o => o.GetProperty("key_here").GetBoolean() && o.GetProperty("roles").GetArrayLength() == 2);
    }

    [Fact]
    public async Task Upgrade_ByApproval_ChangesTheCodeAndKeepsTheState()
    {
        await using var world = await ChainPlatform.StartAsync();
        var before = (await world.JsonAsync("chain", "status")).GetProperty("contracts")[3].GetProperty("code").GetString();
        var code = (await world.JsonAsync("chain", "deploy", "approvals", "--as", "accra")).GetProperty("acts")[0].GetProperty("address").GetString()!;
        await world.RunAsync("chain", "propose", "upgrade", "approvals", code, "--as", "accra");
        await world.RunAsync("chain", "approve", "1", "--as", "tema");

        var unsaid = await world.TryAsync("chain", "execute", "1", "--as", "accra");
        (unsaid.Exit, unsaid.Out).ShouldBe((2, ""));
        unsaid.Error.ShouldContain($"it upgrades the contract approvals to the code at {code}");
        unsaid.Error.ShouldContain("say --yes");
        await world.RunAsync("chain", "execute", "1", "--as", "accra", "--yes");

        var after = await world.JsonAsync("chain", "status");
        after.GetProperty("contracts")[3].GetProperty("code").GetString().ShouldSatisfyAllConditions(c => c.ShouldBe(code), c => c.ShouldNotBe(before));
        after.GetProperty("failover_needs").GetInt32().ShouldBe(2);
        (await world.RefusedAsync("chain", "propose", "upgrade", "approvals", world.Platform.Chain!.Accounts[0].Keeper, "--as", "accra")).ShouldStartWith("there is no code at ");
    }

    [Fact]
    public async Task ARegionThatWasAddedLater_IsCompletedAsTheStatusSays()
    {
        await using var world = await ChainPlatform.StartAsync();
        world.AddRegion("tamale");
        (await world.AnchorAsync("accra", "tamale", 5))!.ShouldContain("banyan chain status says how");

        var status = await world.TryAsync("chain", "status");
        status.Exit.ShouldBe(1);
        var command = Line(status.Out, "no keeper may anchor the log of tamale, and 5 more: ");
        command.ShouldBe("banyan chain propose complete --as accra");
        await world.RunAsync(command.Split(' ')[1..]);
        await world.DecideAsync(1, "tema");

        (await world.AnchorAsync("accra", "tamale", 5)).ShouldBeNull();
        (await world.AnchorAsync("tamale", "accra", 5)).ShouldBeNull();
        var after = await world.JsonAsync("chain", "status");
        Texts(after, "organisations", "name").ShouldBe(["accra", "tema", "kumasi", "tamale"]);
        after.GetProperty("tasks").GetArrayLength().ShouldBe(0);
        (await world.RefusedAsync("chain", "propose", "complete", "--as", "accra")).ShouldContain("nothing is to be proposed");
    }

    [Fact]
    public async Task ForkReport_OfASignedOtherHistory_IsRecorded()
    {
        await using var world = await ChainPlatform.StartAsync();
        (await world.AnchorAsync("accra", "tema", 42)).ShouldBeNull();
        var origin = LogNames.Origin("kai", "tema");
        using var key = SigningKey.Generate();
        using var stranger = SigningKey.Generate();
        var signer = NoteSigner.OfLog(origin, key);
        var keys = new LogKeys { Platform = "kai", Quorum = 1, Logs = [new LogWriters(origin, "tema", [new LogParty("tema", signer.Key)])], Witnesses = [] };
        await File.WriteAllBytesAsync(world.Data.LogKeys, keys.ToJson(), Stop);
        var note = Path.Combine(world.Data.Root, "other.checkpoint");

        await WriteAsync(NoteSigner.OfLog(origin, stranger), 43);
        (await world.RefusedAsync("chain", "fork", "report", "tema", note, "--as", "accra", "--yes")).ShouldContain("no evidence of a fork");
        await WriteAsync(signer, 42);
        (await world.RefusedAsync("chain", "fork", "report", "tema", note, "--as", "accra", "--yes")).ShouldContain("that is no fork");
        await WriteAsync(signer, 43);
        (await world.RefusedAsync("chain", "fork", "report", "accra", note, "--as", "accra", "--yes")).ShouldContain("not of banyan/kai/accra");
        (await world.RunAsync("chain", "fork", "report", "tema", note, "--as", "accra", "--yes")).ShouldContain("another tree of tema at size 42 than is anchored");

        var status = await world.TryAsync("chain", "status");
        status.Exit.ShouldBe(1);
        status.Out.ShouldContain("a fork of the log of tema was reported");

        Task WriteAsync(NoteSigner by, byte root) => File.WriteAllTextAsync(note, SignedNote.Sign(new Checkpoint(origin, 42, ChainPlatform.Head(root).Root).Text, by).ToString(), Stop);
    }

    [Fact]
    public async Task Proposals_ManyOfThem_InPages()
    {
        await using var world = await ChainPlatform.StartAsync();
        for (var i = 0; i < 5; i++)
            await world.RunAsync("chain", "propose", "policy", "failover", "3", "--as", "accra");
        await world.RunAsync("chain", "withdraw", "4", "--as", "accra");

        var first = await world.JsonAsync("chain", "proposals", "--limit", "2");
        Ids(first).ShouldBe([5, 3]);
        Ids(await world.JsonAsync("chain", "proposals", "--limit", "2", "--before", $"{first.GetProperty("before").GetInt64()}")).ShouldBe([2, 1]);
        Ids(await world.JsonAsync("chain", "proposals", "--all")).ShouldBe([5, 4, 3, 2, 1]);

        static IEnumerable<long> Ids(JsonElement page) => page.GetProperty("proposals").EnumerateArray().Select(static p => p.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Execute_WhatTheContractRefuses_IsSaidInItsWords()
    {
        await using var world = await ChainPlatform.StartAsync();
        await world.RunAsync("chain", "propose", "resume", "--as", "accra");
        await world.RunAsync("chain", "propose", "threshold", "9", "--as", "accra");
        await world.RunAsync("chain", "approve", "1", "2", "--as", "tema");

        (await world.RefusedAsync("chain", "execute", "1", "--as", "accra")).ShouldBe("nothing is paused");
        (await world.RefusedAsync("chain", "execute", "2", "--as", "accra", "--yes")).ShouldStartWith("9 approvals of 3 organisations can't be asked for");
        await world.RunAsync("chain", "pause", "once", "--as", "accra", "--yes");
        (await world.RefusedAsync("chain", "pause", "twice", "--as", "accra", "--yes")).ShouldStartWith("everything is paused already");
    }

    [Fact]
    public async Task Chain_ThatIsAwayOrNotThere_IsOneLine()
    {
        await using var world = await ChainPlatform.EmptyAsync();
        (await world.RefusedAsync("chain", "status")).ShouldStartWith("the contracts are not on the chain yet");
        await world.Node.EndAsync();
        (await world.RefusedAsync("chain", "status")).ShouldStartWith("the chain can't be asked: ");
        world.Bring(world.Platform with { Chain = null });
        (await world.RefusedAsync("chain", "status")).ShouldStartWith("platform kai has no chain");
    }

    private static string Line(string text, string begin) => text.Split('\n').Single(l => l.StartsWith(begin, StringComparison.Ordinal))[begin.Length..];

    private static IEnumerable<string> Texts(JsonElement status, string list, string field) => status.GetProperty(list).EnumerateArray().Select(i => i.GetProperty(field).GetString()!);
}
