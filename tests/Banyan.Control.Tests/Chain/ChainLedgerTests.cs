using Banyan.Control.Chain.Anchoring;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Keys;
using Banyan.Control.Tests.Chain.Simulation;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Control.Tests.Chain;

/// <summary>Deployment and anchoring on a real node.</summary>
public class ChainLedgerTests
{
    private static readonly string[] Partitions = ["east", "west"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deploy_OnAnEmptyChain_TwiceOrMore_MakesEachContractOnce()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        (await ledger.LookAsync(Partitions, Stop)).ShouldSatisfyAllConditions(s => s.Problem.ShouldBeNull(), s => s.Deployed.ShouldBeFalse());

        (await ledger.DeployAsync(Stop)).ShouldBeNull();
        (await ledger.DeployAsync(Stop)).ShouldBeNull();

        (await ledger.LookAsync(Partitions, Stop)).ShouldSatisfyAllConditions(s => s.Deployed.ShouldBeTrue(), s => s.Paused.ShouldBeFalse(), s => s.Newest.ShouldBeEmpty());
        (await DeployerNonceAsync(world)).ShouldBe(8UL);
    }

    [Fact]
    public async Task Deploy_BrokenOffInTheMiddle_IsContinued()
    {
        await using var world = await ChainWorld.StartAsync();
        await MakeAsync(world, Steps(world).Take(3).Select(static s => s.InitCode));
        await using var ledger = world.Ledger();

        (await ledger.DeployAsync(Stop)).ShouldBeNull();

        (await ledger.LookAsync(Partitions, Stop)).Deployed.ShouldBeTrue();
        (await DeployerNonceAsync(world)).ShouldBe(8UL);
    }

    [Fact]
    public async Task Deploy_TheDeployersKeyWasUsedForSomethingElse_IsSaid()
    {
        await using var world = await ChainWorld.StartAsync();
        await MakeAsync(world, [[0x00]]);
        await using var ledger = world.Ledger();
        (await ledger.DeployAsync(Stop))!.ShouldContain("somebody else has its key");
    }

    [Fact]
    public async Task Deploy_NobodyHasRightsAlone()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        (await ledger.DeployAsync(Stop)).ShouldBeNull();
        await using var client = world.Client();
        var abi = ContractArtifacts.Load()!["Organisations"].Abi;
        var organisations = EvmAddress.Parse(world.Platform.Chain!.Contracts!.Organisations);

        (await AskAsync("threshold"))[0].ShouldBe(new System.Numerics.BigInteger(2), "of two organisations both");
        foreach (var account in world.Platform.Chain.Accounts)
        {
            (await AskAsync("isMember", EvmAddress.Parse(account.Organisation)))[0].ShouldBe(true);
            (await AskAsync("isMember", EvmAddress.Parse(account.Keeper)))[0].ShouldBe(false);
            (await AskAsync("hasRole", DeploymentPlan.Guardian, EvmAddress.Parse(account.Keeper)))[0].ShouldBe(false);
            (await AskAsync("hasRole", DeploymentPlan.Operator, EvmAddress.Parse(account.Keeper)))[0].ShouldBe(true);
        }

        using var deployer = ChainKeys.Deployer(world.Data);
        (await AskAsync("isMember", deployer.Address))[0].ShouldBe(false);

        async Task<object[]> AskAsync(string function, params object[] arguments)
        {
            var answer = await client.CallAsync(new EvmCall { To = organisations, Data = abi.Function(function).Encode(arguments) }, BlockTag.Latest, Stop);
            abi.Function(function).TryDecodeOutput(answer.Value, out var values, out _).ShouldBeTrue();
            return values!;
        }
    }

    [Fact]
    public async Task Anchor_IsSeen_AndTheSameAgainIsNoMistake()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        (await ledger.DeployAsync(Stop)).ShouldBeNull();
        var head = Head("east", 42);

        (await Task.WhenAll(ledger.AnchorAsync("east", head, Stop), ledger.AnchorAsync("west", Head("west", 7), Stop))).ShouldAllBe(static f => f == null);
        (await ledger.AnchorAsync("east", head, Stop)).ShouldBeNull();

        var sight = await ledger.LookAsync(Partitions, Stop);
        sight.Newest["east"].ShouldSatisfyAllConditions(a => a.Size.ShouldBe(42), a => a.Root.ShouldBe(head.Root), a => a.Block.ShouldBeInRange(1, sight.Height));
        sight.Newest["west"].Size.ShouldBe(7);
    }

    [Fact]
    public async Task Anchor_AnotherTreeOfTheSize_IsRefused()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        (await ledger.DeployAsync(Stop)).ShouldBeNull();
        (await ledger.AnchorAsync("east", Head("east", 42), Stop)).ShouldBeNull();

        (await ledger.AnchorAsync("east", new LogHead(42, SimLogs.RootOf("another", 42)), Stop)).ShouldBe("another tree of this size is anchored");
        (await ledger.AnchorAsync("nowhere", Head("nowhere", 1), Stop))!.ShouldContain("none of the log's writers");
    }

    [Fact]
    public async Task Rounds_TheChainIsPausedAndResumed_WaitAndCatchUp()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        var logs = new SimLogs { Sizes = { ["east"] = 10, ["west"] = 0 } };
        var anchorer = Anchorer(world, ledger, logs);
        var first = await anchorer.RoundAsync(null, Stop);
        first.Logs.Select(static l => l.State).ShouldBe(["anchored", "empty"]);

        using var guardian = ChainKeys.Organisation(world.Data, "west");
        await SendAsync(world, guardian, "Organisations", world.Platform.Chain!.Contracts!.Organisations, "pause", "a key was stolen");
        logs.Sizes["east"] = 20;
        var paused = await Anchorer(world, ledger, logs).RoundAsync(first, Stop);
        paused.Paused.ShouldBeTrue();
        paused.Logs[0].ShouldSatisfyAllConditions(l => l.State.ShouldBe("paused"), l => l.Anchored.ShouldBe(10), l => l.BehindSince.ShouldNotBeNull());

        await DecideAsync(world, "unpause");
        var resumed = await Anchorer(world, ledger, logs).RoundAsync(paused, Stop);
        resumed.Logs[0].ShouldSatisfyAllConditions(l => l.State.ShouldBe("anchored"), l => l.Anchored.ShouldBe(20), l => l.BehindSince.ShouldBeNull());
    }

    [Fact]
    public async Task Rounds_TheChainIsReset_DeployAndAnchorAgainAtTheSameAddresses()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        var logs = new SimLogs { Sizes = { ["east"] = 10, ["west"] = 5 } };
        var anchorer = Anchorer(world, ledger, logs);
        var before = await anchorer.RoundAsync(null, Stop);
        await world.Node.BeginAnewAsync();
        (await ledger.LookAsync(Partitions, Stop)).Deployed.ShouldBeFalse();

        var after = await Anchorer(world, ledger, logs).RoundAsync(before, Stop);

        after.Problem.ShouldBeNull();
        after.Logs.ShouldAllBe(static l => l.State == "anchored");
        (await ledger.LookAsync(Partitions, Stop)).Newest["west"].Size.ShouldBe(5);
    }

    [Fact]
    public async Task Rounds_TheChainGoesAwayAndComesBack_SaySo()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        var logs = new SimLogs { Sizes = { ["east"] = 10, ["west"] = 5 } };
        var before = await Anchorer(world, ledger, logs).RoundAsync(null, Stop);
        await world.Node.EndAsync();
        logs.Sizes["east"] = 11;

        var away = await Anchorer(world, ledger, logs).RoundAsync(before, Stop);

        away.Problem.ShouldNotBeNull();
        away.Logs[0].ShouldSatisfyAllConditions(l => l.State.ShouldBe("unreachable"), l => l.Anchored.ShouldBe(10), l => l.Behind.ShouldBe(1));
    }

    [Fact]
    public async Task Look_AnotherChainAnswers_IsNotBelieved()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger(id: 1);
        var sight = await ledger.LookAsync(Partitions, Stop);
        sight.Problem.ShouldNotBeNull();
        sight.Deployed.ShouldBeFalse();
    }

    [Fact]
    public async Task Approvals_OfBothOrganisations_AreCarriedOutOnce()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var ledger = world.Ledger();
        (await ledger.DeployAsync(Stop)).ShouldBeNull();
        await using var approvals = MoveApprovals.Connect(world.Platform, world.Data, TimeProvider.System)!;
        using var keeper = ChainKeys.Keeper(world.Data, "east");
        (await approvals.FindAsync("west", 3, Stop)).ShouldBe((null, null));

        var first = (await approvals.ApproveAsync("west", 3, "east", Stop)).Request.ShouldNotBeNull();
        (first.State, first.Approvals, first.Needed).ShouldBe((MoveRequestState.Open, 1, 2));
        (await approvals.ExecuteAsync(first, keeper, Stop)).ShouldBe("1 of 2 organisations have approved request 1");
        (await approvals.ApproveAsync("west", 3, "east", Stop)).Problem.ShouldBe($"the organisation east ({world.Platform.Chain!.Accounts[0].Organisation}) has approved 1 already");
        var second = (await approvals.ApproveAsync("west", 3, "west", Stop)).Request.ShouldNotBeNull();
        (second.Id, second.State, second.Approvals).ShouldBe((first.Id, MoveRequestState.Approved, 2));

        (await approvals.ExecuteAsync(second, keeper, Stop)).ShouldBeNull();

        (await approvals.ExecuteAsync(second, keeper, Stop)).ShouldBe("request 1 is carried out already");
        var executed = (await approvals.FindAsync("west", 3, Stop)).Request.ShouldNotBeNull();
        (executed.State, executed.ExecutedAt >= executed.RequestedAt).ShouldBe((MoveRequestState.Executed, true));
        (await approvals.ApproversAsync(second.Id, Stop)).ShouldBe(["east", "west"]);
        // Another epoch is another question.
        (await approvals.FindAsync("west", 4, Stop)).Request.ShouldBeNull();
    }

    private static Anchorer Anchorer(ChainWorld world, ChainLedger ledger, SimLogs logs) =>
        new("east", Partitions, new AnchoringPolicy(TimeSpan.FromSeconds(10), 1), ledger, logs, TimeProvider.System, NullLogger.Instance);

    private static LogHead Head(string partition, long size) => new(size, SimLogs.RootOf(partition, size));

    private static IReadOnlyList<DeploymentStep> Steps(ChainWorld world)
    {
        using var deployer = ChainKeys.Deployer(world.Data);
        return DeploymentPlan.Steps(ContractArtifacts.Load()!, deployer.Address, world.Platform.Platform, Partitions, world.Platform.Chain!.Accounts);
    }

    private static async Task MakeAsync(ChainWorld world, IEnumerable<byte[]> codes)
    {
        await using var client = world.Client();
        using var deployer = ChainKeys.Deployer(world.Data);
        await using var sender = (await TransactionSender.OpenAsync(client, deployer, cancellationToken: Stop)).Value;
        foreach (var code in codes)
            (await sender.SendAndWaitAsync(new EvmRequest { Data = code }, Stop)).Value.Succeeded.ShouldBeTrue();
    }

    private static async Task<ulong> DeployerNonceAsync(ChainWorld world)
    {
        await using var client = world.Client();
        using var deployer = ChainKeys.Deployer(world.Data);
        return (await client.GetTransactionCountAsync(deployer.Address, BlockTag.Latest, Stop)).Value;
    }

    private static async Task SendAsync(ChainWorld world, Engines.Evm.Signing.PrivateKeySigner key, string contract, string address, string function, params object[] arguments)
    {
        await using var client = world.Client();
        await using var sender = (await TransactionSender.OpenAsync(client, key, cancellationToken: Stop)).Value;
        var data = ContractArtifacts.Load()![contract].Abi.Function(function).Encode(arguments);
        (await sender.SendAndWaitAsync(new EvmRequest { To = EvmAddress.Parse(address), Data = data }, Stop)).Value.Succeeded.ShouldBeTrue();
    }

    /// <summary>Both organisations of the platform let the organisations' contract do something.</summary>
    private static async Task DecideAsync(ChainWorld world, string function)
    {
        var organisations = world.Platform.Chain!.Contracts!.Organisations;
        var call = ContractArtifacts.Load()!["Organisations"].Abi.Function(function).Encode();
        await using var client = world.Client();
        var soon = (await client.GetBlockAsync(BlockTag.Latest, Stop)).Value!.Timestamp.ToUnixTimeSeconds() + 3600;
        using var east = ChainKeys.Organisation(world.Data, "east");
        using var west = ChainKeys.Organisation(world.Data, "west");
        await SendAsync(world, east, "Organisations", organisations, "propose", EvmAddress.Parse(organisations), call, soon);
        await SendAsync(world, west, "Organisations", organisations, "approve", 1);
        await SendAsync(world, east, "Organisations", organisations, "execute", 1, EvmAddress.Parse(organisations), call);
    }
}
