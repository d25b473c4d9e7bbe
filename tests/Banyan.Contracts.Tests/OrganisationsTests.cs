using System.Buffers.Binary;
using Banyan.Engines.Evm;

namespace Banyan.Contracts.Tests;

/// <summary>Who takes part, how they decide together, and what nobody can do alone.</summary>
public sealed class OrganisationsTests(World world) : IClassFixture<World>, IAsyncLifetime
{
    private Contract Organisations => world.Organisations;

    public ValueTask InitializeAsync() => new(world.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Initialize_ASecondTime_IsRefused() =>
        await Organisations.RefusesAsync("InvalidInitialization", World.Stranger, "initialize", new List<object> { World.Stranger }, new List<object> { World.Name("x") }, 1, new List<object>(), new List<object>());

    [Fact]
    public async Task Execute_EnoughApprove_IsDoneOnce()
    {
        var add = Organisations.Data("addMember", World.Account(7), World.Name("newcomer"));
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, add);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.RefusesAsync("NotEnoughApprovals", World.Member(0), "execute", id, Organisations.Address, add);
        await Organisations.DoAsync(World.Member(2), "approve", id);

        var receipt = await Organisations.DoAsync(World.Member(3), "execute", id, Organisations.Address, add);

        Organisations.EventOf(receipt, "MemberAdded")[0].ShouldBe(World.Account(7));
        Organisations.EventOf(receipt, "Executed")[1].ShouldBe(World.Member(3));
        (await Organisations.IsAsync("isMember", World.Account(7))).ShouldBeTrue();
        await Organisations.RefusesAsync("NotOpen", World.Member(3), "execute", id, Organisations.Address, add);
    }

    [Fact]
    public async Task Execute_AnotherCallThanProposed_IsRefused()
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, Organisations.Data("setThreshold", 2));
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);

        await Organisations.RefusesAsync("OtherCall", World.Member(0), "execute", id, Organisations.Address, Organisations.Data("setThreshold", 1));
        await Organisations.RefusesAsync("OtherCall", World.Member(0), "execute", id, world.Anchors.Address, Organisations.Data("setThreshold", 2));
    }

    [Fact]
    public async Task Execute_AfterTheDeadline_IsRefused()
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, Organisations.Data("setThreshold", 2));
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await world.AdvanceAsync(TimeSpan.FromDays(2));

        await Organisations.RefusesAsync("NotOpen", World.Member(2), "approve", id);
        await Organisations.RefusesAsync("NotOpen", World.Member(0), "execute", id, Organisations.Address, Organisations.Data("setThreshold", 2));
    }

    [Fact]
    public async Task Execute_TheCallFails_StaysOpen()
    {
        var call = world.Anchors.Data("setWriter", World.Log, EvmAddress.Zero, true);
        var id = await world.ProposeAsync(World.Member(0), world.Anchors.Address, call);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);

        (await Organisations.TryAsync(World.Member(0), "execute", id, world.Anchors.Address, call)).ShouldBeFalse();

        (await Organisations.NumberAsync("stateOf", id)).ShouldBe(1, "open");
    }

    [Fact]
    public async Task Batch_IsDoneWhole()
    {
        await world.DecideAsync(Organisations.Address, Batch(
            (Organisations.Address, Organisations.Data("grantRole", World.GuardianRole, World.Stranger)),
            (world.Anchors.Address, world.Anchors.Data("setWriter", World.Log, World.Writer, false)),
            (world.Anchors.Address, world.Anchors.Data("setWriter", World.Log, World.Account(7), true))));

        (await Organisations.IsAsync("hasRole", World.GuardianRole, World.Stranger)).ShouldBeTrue();
        (await world.Anchors.IsAsync("isWriter", World.Log, World.Writer)).ShouldBeFalse();
        (await world.Anchors.IsAsync("isWriter", World.Log, World.Account(7))).ShouldBeTrue();
    }

    [Fact]
    public async Task Batch_OneCallOfItFails_NothingIsDone()
    {
        var data = Batch(
            (Organisations.Address, Organisations.Data("grantRole", World.GuardianRole, World.Stranger)),
            (world.Anchors.Address, world.Anchors.Data("setWriter", World.Log, EvmAddress.Zero, true)));
        var id = await ApprovedAsync(data);

        (await Organisations.TryAsync(World.Member(0), "execute", id, Organisations.Address, data)).ShouldBeFalse();

        (await Organisations.IsAsync("hasRole", World.GuardianRole, World.Stranger)).ShouldBeFalse();
        (await Organisations.NumberAsync("stateOf", id)).ShouldBe(1, "open");
    }

    [Fact]
    public async Task Batch_OfNothingOrOfUnlikeLists_IsRefused()
    {
        foreach (var data in (byte[][])[Batch(), Organisations.Data("batch", new List<object> { Organisations.Address }, new List<object>())])
        {
            var id = await ApprovedAsync(data);
            await Organisations.RefusesAsync("BadBatch", World.Member(0), "execute", id, Organisations.Address, data);
        }
    }

    [Fact]
    public async Task Batch_CarriesNoOtherProposalOut()
    {
        var other = Organisations.Data("setThreshold", 1);
        var inner = await ApprovedAsync(other);
        var data = Batch((Organisations.Address, Organisations.Data("execute", inner, Organisations.Address, other)));
        var id = await ApprovedAsync(data);

        await Organisations.RefusesAsync("NotMember", World.Member(0), "execute", id, Organisations.Address, data);
    }

    [Fact]
    public async Task Propose_DeadlineThatHasPassedOrIsTooFar_IsRefused()
    {
        var now = await world.NowAsync();
        await Organisations.RefusesAsync("BadDeadline", World.Member(0), "propose", Organisations.Address, Array.Empty<byte>(), now - 1);
        await Organisations.RefusesAsync("BadDeadline", World.Member(0), "propose", Organisations.Address, Array.Empty<byte>(), now + (31 * 86_400));
    }

    [Fact]
    public async Task Approve_Twice_CountsOnce()
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, Organisations.Data("setThreshold", 2));
        await Organisations.RefusesAsync("AlreadyApproved", World.Member(0), "approve", id);
        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(1);
    }

    [Fact]
    public async Task RevokeApproval_ThenExecute_IsOneTooFew()
    {
        var call = Organisations.Data("setThreshold", 2);
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, call);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);
        await Organisations.DoAsync(World.Member(1), "revokeApproval", id);

        await Organisations.RefusesAsync("NotEnoughApprovals", World.Member(0), "execute", id, Organisations.Address, call);
        await Organisations.RefusesAsync("NotApproved", World.Member(1), "revokeApproval", id);
    }

    [Fact]
    public async Task Withdraw_ByAnother_IsRefused_ByTheProposer_EndsIt()
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, Organisations.Data("setThreshold", 2));
        await Organisations.RefusesAsync("NotProposer", World.Member(1), "withdraw", id);
        await Organisations.DoAsync(World.Member(0), "withdraw", id);
        await Organisations.RefusesAsync("NotOpen", World.Member(1), "approve", id);
    }

    [Theory]
    [InlineData("addMember")]
    [InlineData("removeMember")]
    [InlineData("changeAccount")]
    [InlineData("setThreshold")]
    [InlineData("grantRole")]
    [InlineData("revokeRole")]
    [InlineData("unpause")]
    [InlineData("batch")]
    public async Task WhatNeedsAProposal_ByOneAlone_IsRefused(string function)
    {
        object[] arguments = function switch
        {
            "addMember" => [World.Account(7), World.Name("x")],
            "removeMember" => [World.Member(1)],
            "changeAccount" => [World.Member(1), World.Account(7)],
            "setThreshold" => [1],
            "unpause" => [],
            "batch" => [new List<object> { Organisations.Address }, new List<object> { Organisations.Data("setThreshold", 1) }],
            _ => [World.GuardianRole, World.Stranger],
        };
        foreach (var caller in (EvmAddress[])[World.Member(0), World.Guardian, World.Deployer, World.Stranger])
            await Organisations.RefusesAsync("NotSelf", caller, function, arguments);
    }

    [Theory]
    [InlineData("propose")]
    [InlineData("approve")]
    [InlineData("execute")]
    public async Task WhatMembersDo_ByAStranger_IsRefused(string function)
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, []);
        object[] arguments = function switch
        {
            "propose" => [Organisations.Address, Array.Empty<byte>(), await world.NowAsync() + 60],
            "approve" => [id],
            _ => [id, Organisations.Address, Array.Empty<byte>()],
        };
        await Organisations.RefusesAsync("NotMember", World.Stranger, function, arguments);
    }

    [Fact]
    public async Task RemoveMember_WhatItApproved_CountsNoMore_NotEvenWhenItIsBack()
    {
        var call = Organisations.Data("setThreshold", 2);
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, call);
        await Organisations.DoAsync(World.Member(3), "approve", id);
        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(2);

        await world.DecideAsync(Organisations.Address, Organisations.Data("removeMember", World.Member(3)));
        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(1);
        await world.DecideAsync(Organisations.Address, Organisations.Data("addMember", World.Member(3), World.Name("organisation-3")));

        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(1);
        await Organisations.DoAsync(World.Member(3), "approve", id);
        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(2);
    }

    [Fact]
    public async Task ChangeAccount_AfterATheft_TheOldKeyIsWorthNothing()
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, []);
        await Organisations.DoAsync(World.Member(3), "approve", id);

        await world.DecideAsync(Organisations.Address, Organisations.Data("changeAccount", World.Member(3), World.Account(33)));

        (await Organisations.NumberAsync("approvalCount", id)).ShouldBe(1);
        await Organisations.RefusesAsync("NotMember", World.Member(3), "approve", id);
        await Organisations.DoAsync(World.Account(33), "approve", id);
        (await Organisations.AskAsync("accountOf", World.Name("organisation-3")))[0].ShouldBe(World.Account(33));
    }

    [Fact]
    public async Task RemoveMember_BelowTheThreshold_IsRefused()
    {
        await world.DecideAsync(Organisations.Address, Organisations.Data("removeMember", World.Member(3)));
        var call = Organisations.Data("removeMember", World.Member(2));
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, call);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);

        await Organisations.RefusesAsync("BadThreshold", World.Member(0), "execute", id, Organisations.Address, call);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(World.Members + 1)]
    public async Task SetThreshold_ThatCanNeverBeHadOrNeedsNobody_IsRefused(int threshold)
    {
        var call = Organisations.Data("setThreshold", threshold);
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, call);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);
        await Organisations.RefusesAsync("BadThreshold", World.Member(0), "execute", id, Organisations.Address, call);
    }

    [Fact]
    public async Task AddMember_TwiceOrUnderATakenName_IsRefused()
    {
        foreach (var (error, call) in (IEnumerable<(string, byte[])>)
        [
            ("AlreadyMember", Organisations.Data("addMember", World.Member(1), World.Name("again"))),
            ("NameTaken", Organisations.Data("addMember", World.Account(7), World.Name("organisation-1"))),
            ("BadMember", Organisations.Data("addMember", EvmAddress.Zero, World.Name("nobody"))),
        ])
        {
            var id = await world.ProposeAsync(World.Member(0), Organisations.Address, call);
            await Organisations.DoAsync(World.Member(1), "approve", id);
            await Organisations.DoAsync(World.Member(2), "approve", id);
            await Organisations.RefusesAsync(error, World.Member(0), "execute", id, Organisations.Address, call);
        }
    }

    [Fact]
    public async Task Pause_OneGuardianStops_OnlySeveralResume()
    {
        await Organisations.RefusesAsync("NotGuardian", World.Member(0), "pause", "because");
        await Organisations.DoAsync(World.Guardian, "pause", "a key was stolen");
        await Organisations.RefusesAsync("AlreadyPaused", World.Guardian, "pause", "again");

        // Everything but the organisations' own decisions stands still.
        await world.Anchors.RefusesAsync("Paused", World.Writer, "anchor", World.Log, 1, World.Hash("root"));
        await world.Identities.RefusesAsync("Paused", World.Registrar, "register", World.Hash("did"), World.Stranger, World.Hash("document"));
        await world.Approvals.RefusesAsync("Paused", World.Operator, "request", World.Failover, World.Hash("what"), "text", await world.NowAsync() + 60);
        await Organisations.RefusesAsync("NotSelf", World.Guardian, "unpause");

        await world.DecideAsync(Organisations.Address, Organisations.Data("unpause"));
        await world.Anchors.DoAsync(World.Writer, "anchor", World.Log, 1, World.Hash("root"));
    }

    [Fact]
    public async Task RevokeRole_OfAGuardian_ItPausesNoMore()
    {
        await world.DecideAsync(Organisations.Address, Organisations.Data("revokeRole", World.GuardianRole, World.Guardian));
        await Organisations.RefusesAsync("NotGuardian", World.Guardian, "pause", "because");
    }

    [Fact]
    public async Task Execute_EnteredAgainByWhatItCalls_IsDoneOnce()
    {
        var attacker = await world.CreateAsync(world.Attackers["Reentrant"].InitCode(Organisations.Address));
        var reentrant = new Contract(world, attacker, world.Attackers["Reentrant"].Abi);
        await world.DecideAsync(Organisations.Address, Organisations.Data("addMember", attacker, World.Name("attacker")));
        var id = await Organisations.NumberAsync("proposalCount") + 1;
        var hit = reentrant.Data("hit", id);
        (await world.ProposeAsync(World.Member(0), attacker, hit)).ShouldBe(id);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await reentrant.DoAsync(World.Stranger, "approve", id);

        await Organisations.DoAsync(World.Member(0), "execute", id, attacker, hit);

        (await reentrant.NumberAsync("entered")).ShouldBe(1);
        var refusal = (byte[])(await reentrant.AskAsync("refusal"))[0];
        BinaryPrimitives.ReadUInt32BigEndian(refusal).ShouldBe(Organisations.Abi.Errors.Single(static e => e.Name == "NotOpen").Selector);
    }

    private byte[] Batch(params (EvmAddress Target, byte[] Data)[] calls) =>
        Organisations.Data("batch", calls.Select(static c => (object)c.Target).ToList(), calls.Select(static c => (object)c.Data).ToList());

    private async Task<long> ApprovedAsync(byte[] data)
    {
        var id = await world.ProposeAsync(World.Member(0), Organisations.Address, data);
        await Organisations.DoAsync(World.Member(1), "approve", id);
        await Organisations.DoAsync(World.Member(2), "approve", id);
        return id;
    }
}
