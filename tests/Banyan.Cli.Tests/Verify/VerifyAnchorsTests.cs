using System.Net;
using System.Text.Json;
using Banyan.Cli.Verify;
using Banyan.Control.Chain;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Verifying;
using Banyan.Testing;

namespace Banyan.Cli.Tests.Verify;

/// <summary><c>banyan verify FOLDER --chain URL</c>: logs against the anchors that a chain has, whatever becomes of the chain.</summary>
public class VerifyAnchorsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_AnchorsOfTheLogsHistory_Hold()
    {
        await using var log = await AnchoredLog.StartAsync(300, 10, 256, 300);
        var (exit, report, error) = await VerifyAsync(log, "--require-anchor");
        exit.ShouldBe(0, error);
        report.GetProperty("anchors").GetInt32().ShouldBe(3);
        error.ShouldNotContain("anchor");
    }

    [Fact]
    public async Task Verify_TamperedAnchorOnTheChain_IsFoundAndNamed()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10);
        await log.AnchorAsync(30, MerkleHasher.HashLeaf("another tree"u8)); // with a stolen key
        await log.AnchorAsync(40);
        var (exit, report, _) = await VerifyAsync(log);
        exit.ShouldBe(1);
        Problem(report).ShouldSatisfyAllConditions(
            static p => p.ShouldStartWith("the anchor of 30 entries in block "), static p => p.ShouldContain("is of another tree: 30 entries of the log have the root "), static p => p.ShouldContain("a false checkpoint was anchored"));
        report.GetProperty("anchors").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Verify_ALogBehindItsAnchor_IsFoundAndNamed()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10, 40);
        log.Show(30);
        var (exit, report, _) = await VerifyAsync(log);
        exit.ShouldBe(1);
        Problem(report).ShouldStartWith("the log is behind its anchor: the log shows 30 entries, and the anchor of 40 entries in block ");
        report.GetProperty("problems")[0].GetProperty("entry").GetInt64().ShouldBe(31);
    }

    [Fact]
    public async Task Verify_AnchorsBehindTheLog_AreTold_AndAFailureWhereRequired()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10);
        var (exit, _, error) = await VerifyAsync(log);
        exit.ShouldBe(0);
        error.ShouldContain("banyan/kai/north: behind: 30 entries from 11 on are covered by no anchor yet");

        var (strict, report, _) = await VerifyAsync(log, "--require-anchor");
        strict.ShouldBe(1, "its entries are of January");
        Problem(report).ShouldEndWith("the first of them is of 2026-01-02T03:04:16Z");
    }

    [Fact]
    public async Task Verify_AChainThatDoesNotAnswer_IsALineAndNoFailure_UnlessRequired()
    {
        await using var log = await AnchoredLog.StartAsync(40, 40);
        await log.Node.EndAsync();
        var (exit, report, error) = await VerifyAsync(log);
        exit.ShouldBe(0, error);
        report.GetProperty("anchors").GetInt32().ShouldBe(0);
        error.ShouldContain("anchors are not checked: ");
        error.Split('\n').Count(static l => l.Contains("anchor", StringComparison.Ordinal)).ShouldBe(1);

        var (strict, required, _) = await VerifyAsync(log, "--require-anchor");
        strict.ShouldBe(1);
        Problem(required).ShouldStartWith("the anchors can't be checked, and are required: ");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"}")]
    public async Task Verify_ANodeThatAnswersNonsense_IsNotBelieved(string answer)
    {
        await using var log = await AnchoredLog.StartAsync(40, 40);
        using var liar = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort.Take()}/";
        liar.Prefixes.Add(address);
        liar.Start();
        var serving = ServeAsync(liar, answer);

        var (exit, _, error) = await AnchoredLog.RunAsync("verify", log.Folder, "--keys", log.KeysFile, "--chain", address, "--format", "json");

        exit.ShouldBe(0, error);
        error.ShouldContain("anchors are not checked: ");
        liar.Stop();
        await serving;
    }

    [Fact]
    public async Task Verify_WhileTheContractsArePaused_Reads()
    {
        await using var log = await AnchoredLog.StartAsync(40, 40);
        await log.PauseAsync();
        var (exit, report, error) = await VerifyAsync(log, "--require-anchor");
        exit.ShouldBe(0, error);
        report.GetProperty("anchors").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Verify_AfterTheChainWasReset_NamesWhatIsLost()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10, 40);
        await log.KeepEvidenceAsync(40);
        await log.Node.BeginAnewAsync();

        var (exit, report, error) = await VerifyAsync(log);
        exit.ShouldBe(1);
        Problem(report).ShouldContain("the chain has no block ");
        error.ShouldContain("nothing is anchored, and the contract is not on the chain");

        // The keepers have deployed and anchored again: another block of that height.
        await log.DeployAsync();
        await log.AnchorAsync(40);
        (exit, report, _) = await VerifyAsync(log);
        exit.ShouldBe(1);
        Problem(report).ShouldContain("the chain has no block ");
        report.GetProperty("anchors").GetInt32().ShouldBe(1, "the new one holds");
    }

    [Fact]
    public async Task Verify_AfterTheAnchorsBlockWasReorganisedAway_NamesIt()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10);
        var before = await log.Node.AskAsync("evm_snapshot");
        await log.AnchorAsync(40);
        await log.KeepEvidenceAsync(40);
        await log.Node.AskAsync("evm_revert", before);
        await log.Node.AskAsync("evm_increaseTime", 100);
        await log.Node.AskAsync("anvil_mine", "0x5");

        var (exit, report, error) = await VerifyAsync(log);

        exit.ShouldBe(1);
        Problem(report).ShouldContain("the chain was reorganised or reset since");
        error.ShouldContain("30 entries from 11 on are covered by no anchor yet");
    }

    /// <summary>What the keepers have seen on the chain, and is gone.</summary>
    [Fact]
    public async Task Check_WhatWasSeenBeforeIsGone_IsLost()
    {
        await using var log = await AnchoredLog.StartAsync(40, 10);
        await using var client = log.Client();
        var remembered = new ChainStatus { By = "north", At = DateTimeOffset.UnixEpoch, Logs = [new LogAnchorStatus { Partition = "north", State = "anchored", Size = 40, Anchored = 40, Block = 99, Confirmed = true }] };
        var notes = new List<string>();
        var problems = new List<LogProblem>();
        var checks = new AnchorChecks(new AnchorReader(client, log.Contract), new AnchorScope { Remembered = remembered }, notes.Add, TimeProvider.System);
        var trust = log.Keys.TrustOf(AnchoredLog.Origin)!;
        var newest = trust.Judge(await File.ReadAllBytesAsync(Path.Combine(log.Folder, "checkpoint"), Stop)).Checkpoint!;

        await checks.CheckAsync(new LogTarget(trust, new FolderTileSource(log.Folder)), newest, problems, Stop);

        problems.ShouldHaveSingleItem().Message.ShouldStartWith("the anchor of 40 entries that was in block 99 is lost: the chain was reorganised, reset or set back");
    }

    [Fact]
    public async Task Verify_MoreAnchorsThanAreAskedForTogether_AreAllCompared()
    {
        await using var log = await AnchoredLog.StartAsync(120);
        for (var size = 1; size <= 105; size++)
            await log.AnchorAsync(size);
        var (exit, report, error) = await VerifyAsync(log, "--anchors", "all");
        exit.ShouldBe(0, error);
        report.GetProperty("anchors").GetInt32().ShouldBe(105);
    }

    [Fact]
    public async Task Verify_AnchorsOff_AsksNobody()
    {
        await using var log = await AnchoredLog.StartAsync(40);
        await File.WriteAllTextAsync(log.Evidence, "not read", Stop);
        var (exit, _, _) = await AnchoredLog.RunAsync("verify", log.Folder, "--keys", log.KeysFile, "--anchors", "off");
        exit.ShouldBe(0);
        (await AnchoredLog.RunAsync("verify", log.Folder, "--keys", log.KeysFile, "--anchors", "off", "--require-anchor")).Exit.ShouldBe(2);
        (await AnchoredLog.RunAsync("verify", log.Folder, "--keys", log.KeysFile, "--chain", "nowhere")).Error.ShouldContain("--chain takes the JSON-RPC address");
    }

    private static async Task<(int Exit, JsonElement Report, string Error)> VerifyAsync(AnchoredLog log, params string[] more)
    {
        var (exit, output, error) = await AnchoredLog.RunAsync(["verify", log.Folder, "--keys", log.KeysFile, "--chain", log.Node.Address.ToString(), "--format", "json", .. more]);
        return (exit, JsonDocument.Parse(output).RootElement.Clone(), error);
    }

    private static string Problem(JsonElement report)
    {
        var problem = report.GetProperty("problems").EnumerateArray().ToList().ShouldHaveSingleItem();
        problem.GetProperty("place").GetString().ShouldBe("anchor");
        return problem.GetProperty("message").GetString()!;
    }

    private static async Task ServeAsync(HttpListener listener, string answer)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer), CancellationToken.None);
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
